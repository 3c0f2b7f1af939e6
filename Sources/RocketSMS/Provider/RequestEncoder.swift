/// Writes the calls as HTTP/1.1. What changes a message or the account is a POST with everything in its body, as in the vendor's
/// own sample; questions are GETs. Nothing here logs: the head of a question holds the password's hash.
package struct RequestEncoder {
    private let sendHead: [UInt8]
    private let bulkHead: [UInt8]
    private let addSenderHead: [UInt8]
    /// `username=…&password=…`
    private let account: [UInt8]
    /// From the request line's version to the empty line.
    private let questionEnd: [UInt8]
    private let basePath: String

    package init(url: ProviderURL, credentials: RocketSMSCredentials) {
        let fields = "Host: \(url.authority)\r\nUser-Agent: rocketsms-worker\r\nAccept: application/json\r\nAccept-Encoding: identity\r\n"
        let form = fields + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: "
        basePath = url.basePath
        sendHead = Array("POST \(url.basePath)/simple/send HTTP/1.1\r\n\(form)".utf8)
        bulkHead = Array("POST \(url.basePath)/simple/bulkSend HTTP/1.1\r\n\(form)".utf8)
        addSenderHead = Array("POST \(url.basePath)/simple/senders/add HTTP/1.1\r\n\(form)".utf8)
        questionEnd = Array(" HTTP/1.1\r\n\(fields)\r\n".utf8)
        account =
            Array("username=".utf8) + FormEncoding.encoded(credentials.username) + Array("&password=".utf8)
            + FormEncoding.encoded(credentials.passwordMD5)
    }

    /// Appends the request; answers the length of its head.
    package func append(_ request: ProviderRequest, to buffer: inout [UInt8]) -> Int {
        switch request {
        case .send(let message): return append(message, to: &buffer)
        case .bulkSend(let message): return append(message, to: &buffer)
        case .addSender(let name):
            let name = Array(name.utf8)
            appendHead(addSenderHead, length: account.count + 8 + FormEncoding.length(of: name), to: &buffer)
            let head = buffer.count
            buffer.append(contentsOf: account)
            append("&sender=", name, to: &buffer)
            return head
        case .status(let id): appendQuestion("/simple/status", id: id, to: &buffer)
        case .balance: appendQuestion("/simple/balance", to: &buffer)
        case .senders: appendQuestion("/simple/senders", to: &buffer)
        case .templates: appendQuestion("/simple/templates", to: &buffer)
        }
        return buffer.count
    }

    private func append(_ message: SendMessage, to buffer: inout [UInt8]) -> Int {
        let sender = message.sender.flatMap { $0.isEmpty ? nil : $0 }
        var length = account.count + 7 + FormEncoding.length(of: message.phone) + 6 + FormEncoding.length(of: message.text)
        if let sender { length += 8 + FormEncoding.length(of: sender) }
        if let timestamp = message.timestamp { length += 11 + Self.digits(timestamp) }
        if message.priority { length += 14 }
        appendHead(sendHead, length: length, trace: message.trace, to: &buffer)
        let head = buffer.count
        buffer.append(contentsOf: account)
        append("&phone=", message.phone, to: &buffer)
        append("&text=", message.text, to: &buffer)
        if let sender { append("&sender=", sender, to: &buffer) }
        if let timestamp = message.timestamp {
            append("&timestamp=", to: &buffer)
            Self.append(timestamp, to: &buffer)
        }
        if message.priority { append("&priority=true", to: &buffer) }
        return head
    }

    private func append(_ message: BulkMessage, to buffer: inout [UInt8]) -> Int {
        var form = account
        for phone in message.phones { append("&phones%5B%5D=", Array(phone.utf8), to: &form) }
        append("&text=", Array(message.text.utf8), to: &form)
        if let sender = message.sender, !sender.isEmpty { append("&sender=", Array(sender.utf8), to: &form) }
        if let timestamp = message.timestamp {
            append("&timestamp=", to: &form)
            Self.append(timestamp, to: &form)
        }
        appendHead(bulkHead, length: form.count, to: &buffer)
        let head = buffer.count
        buffer.append(contentsOf: form)
        return head
    }

    private func appendHead(_ head: [UInt8], length: Int, trace: [UInt8]? = nil, to buffer: inout [UInt8]) {
        buffer.append(contentsOf: head)
        Self.append(Int64(length), to: &buffer)
        // Nothing that could end the line.
        if let trace, trace.allSatisfy({ (0x21...0x7E).contains($0) }) {
            append("\r\ntraceparent: ", to: &buffer)
            buffer.append(contentsOf: trace)
        }
        append("\r\n\r\n", to: &buffer)
    }

    private func appendQuestion(_ path: StaticString, id: String? = nil, to buffer: inout [UInt8]) {
        append("GET ", to: &buffer)
        buffer.append(contentsOf: basePath.utf8)
        append(path, to: &buffer)
        append("?", to: &buffer)
        buffer.append(contentsOf: account)
        if let id { append("&id=", Array(id.utf8), to: &buffer) }
        buffer.append(contentsOf: questionEnd)
    }

    private func append(_ text: StaticString, to buffer: inout [UInt8]) {
        buffer.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private func append(_ key: StaticString, _ value: [UInt8], to buffer: inout [UInt8]) {
        append(key, to: &buffer)
        FormEncoding.append(value, to: &buffer)
    }

    private static func digits(_ value: Int64) -> Int {
        var count = value < 0 ? 2 : 1
        var rest = value.magnitude
        while rest >= 10 {
            rest /= 10
            count += 1
        }
        return count
    }

    private static func append(_ value: Int64, to buffer: inout [UInt8]) {
        let start = buffer.count
        var rest = value.magnitude
        repeat {
            buffer.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        if value < 0 { buffer.append(UInt8(ascii: "-")) }
        buffer[start...].reverse()
    }
}
