/// The parameters that the API knows, out of a query and a form body; whatever is read later wins. Others are ignored, an empty value
/// counts as absent (`sender=` is sent by clients that have none). Lent, like the request's bytes.
struct FormParameters {
    private(set) var username: FormValue?
    private(set) var password: FormValue?
    private(set) var phone: FormValue?
    private(set) var text: FormValue?
    private(set) var sender: FormValue?
    private(set) var timestamp: FormValue?
    private(set) var priority: FormValue?
    private(set) var id: FormValue?
    /// `phones[]` and `phones[N]`, in the order of the request.
    private(set) var phones: [FormValue] = []

    init() {}

    /// Reads `a=1&b=2` with the escapes of application/x-www-form-urlencoded.
    mutating func read(_ form: UnsafeRawBufferPointer) {
        var start = 0
        while start < form.count {
            var end = start
            var equals = -1
            var isEscaped = false
            while end < form.count {
                let byte = form[end]
                if byte == UInt8(ascii: "&") { break }
                if byte == UInt8(ascii: "=") {
                    if equals < 0 { equals = end }
                } else if byte == UInt8(ascii: "%") || byte == UInt8(ascii: "+") {
                    isEscaped = isEscaped || equals >= 0
                }
                end += 1
            }
            if equals > start, end > equals + 1 {
                let value = FormValue(raw: UnsafeRawBufferPointer(rebasing: form[equals + 1..<end]), isEscaped: isEscaped)
                set(UnsafeRawBufferPointer(rebasing: form[start..<equals]), value)
            } else if equals > start {
                set(UnsafeRawBufferPointer(rebasing: form[start..<equals]), nil)
            }
            start = end + 1
        }
    }

    private mutating func set(_ key: UnsafeRawBufferPointer, _ value: FormValue?) {
        switch key.count {
        case 2: if isKey(key, "id") { id = value }
        case 4: if isKey(key, "text") { text = value }
        case 5: if isKey(key, "phone") { phone = value }
        case 6: if isKey(key, "sender") { sender = value }
        case 8:
            if isKey(key, "username") {
                username = value
            } else if isKey(key, "password") {
                password = value
            } else if isKey(key, "priority") {
                priority = value
            } else if isKey(key, "phones[]"), let value {
                phones.append(value)
            }
        default:
            if isKey(key, "timestamp") {
                timestamp = value
            } else if let value, isListOfPhones(key) {
                phones.append(value)
            }
        }
    }

    private func isKey(_ key: UnsafeRawBufferPointer, _ name: StaticString) -> Bool {
        guard key.count == name.utf8CodeUnitCount else { return false }
        for index in 0..<key.count where key[index] != name.utf8Start[index] { return false }
        return true
    }

    /// `phones[]`, `phones[N]`, with the brackets escaped or not.
    private func isListOfPhones(_ key: UnsafeRawBufferPointer) -> Bool {
        let name = FormValue(raw: key, isEscaped: true).bytes
        let prefix = Array("phones[".utf8)
        guard name.count > prefix.count, name.starts(with: prefix), name.last == UInt8(ascii: "]") else { return false }
        return name[prefix.count..<name.count - 1].allSatisfy { $0 &- UInt8(ascii: "0") < 10 }
    }

    /// All of it as one form, for a request that is kept.
    var form: [UInt8] {
        var form: [UInt8] = []
        let named: [(StaticString, FormValue?)] = [
            ("username=", username), ("&password=", password), ("&phone=", phone), ("&text=", text), ("&sender=", sender),
            ("&timestamp=", timestamp), ("&priority=", priority), ("&id=", id),
        ]
        for (key, value) in named + phones.map({ ("&phones[]=", $0) }) {
            guard let value else { continue }
            form.append(contentsOf: UnsafeBufferPointer(start: key.utf8Start, count: key.utf8CodeUnitCount))
            form.append(contentsOf: value.raw)
        }
        return form
    }
}
