internal import JSON

/// Reads the provider's answers (RocketSMS API): the body first, whatever the HTTP status says.
struct ReplyReader {
    let classifier: RefusalClassifier

    /// The flat fields that answers have; others are skipped.
    private struct Fields {
        var error: String?
        var id: String?
        var status: String?
        var credits: [UInt8] = []
        var money: [UInt8] = []
        var balance: [UInt8] = []
    }

    /// What a body says that is no success: a code, or what the HTTP status makes of it.
    private enum Reading {
        case fields(Fields)
        case notJSON
    }

    func send(status: Int, body: [UInt8], retryAfter: String?, now: Int64) -> ProviderOutcome<SendReceipt> {
        evaluate(status, body, retryAfter, now) { fields in
            fields.id.map { SendReceipt(id: $0, status: fields.status ?? "QUEUED", credits: fields.credits, money: fields.money) }
        }
    }

    func status(status: Int, body: [UInt8], retryAfter: String?, now: Int64) -> ProviderOutcome<String> {
        evaluate(status, body, retryAfter, now) { $0.status }
    }

    func balance(status: Int, body: [UInt8], retryAfter: String?, now: Int64) -> ProviderOutcome<Balance> {
        evaluate(status, body, retryAfter, now) { fields in
            guard !fields.credits.isEmpty || !fields.balance.isEmpty else { return nil }
            let text = String(decoding: fields.credits, as: UTF8.self)
            return Balance(
                credits: Int64(text) ?? Double(text).flatMap { Int64(exactly: $0.rounded(.down)) }, creditsLiteral: text,
                moneyLiteral: String(decoding: fields.balance, as: UTF8.self))
        }
    }

    func added(status: Int, body: [UInt8], retryAfter: String?, now: Int64) -> ProviderOutcome<String> {
        evaluate(status, body, retryAfter, now) { $0.status }
    }

    /// A list of objects; what is none is an invalid answer.
    func list<Element: Sendable>(
        status: Int, body: [UInt8], retryAfter: String?, now: Int64, _ element: (JSONObject) -> Element?
    ) -> ProviderOutcome<[Element]> {
        if let value = try? JSONValue(parsing: body), case .array(let items) = value {
            let elements = items.compactMap { item in item.objectValue.flatMap(element) }
            if elements.count == items.count { return .success(elements) }
        }
        return evaluate(status, body, retryAfter, now) { _ in nil }
    }

    private func evaluate<Success>(
        _ status: Int, _ body: [UInt8], _ retryAfter: String?, _ now: Int64, _ success: (Fields) -> Success?
    ) -> ProviderOutcome<Success> {
        let fields = try? read(body)
        if let fields {
            if let code = fields.error, Self.isCode(code) {
                let kind = classifier.kind(of: code)
                return kind == .transient
                    ? .notSent(reason: "the provider answered \(code)", retryAfter: RetryAfter.duration(retryAfter, now: now)) : .refused(code: code, kind)
            }
            if fields.error == nil, let success = success(fields) { return .success(success) }
        }
        let after = RetryAfter.duration(retryAfter, now: now)
        if status == 429 { return .notSent(reason: "the provider answered HTTP 429", retryAfter: after ?? .seconds(1)) }
        if status == 503, let after { return .notSent(reason: "the provider answered HTTP 503 with Retry-After", retryAfter: after) }
        return .unknown(reason: fields == nil ? "HTTP \(status) with an answer that is no JSON object" : "HTTP \(status) with an answer of unknown form")
    }

    /// `[A-Z][A-Z0-9_]*`, at most 64 characters: what else stands under `error` is no code.
    private static func isCode(_ text: String) -> Bool {
        guard let first = text.utf8.first, (0x41...0x5a).contains(first), text.utf8.count <= 64 else { return false }
        return text.utf8.allSatisfy { (0x41...0x5a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5f }
    }

    private func read(_ body: [UInt8]) throws(JSONError) -> Fields {
        var fields = Fields()
        var failure: JSONError?
        body.withUnsafeBytes { bytes in
            var reader = JSONReader(bytes)
            do throws(JSONError) {
                try Self.read(&reader, &fields)
                try reader.finish()
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return fields
    }

    private static func read(_ reader: inout JSONReader, _ fields: inout Fields) throws(JSONError) {
        try reader.beginObject()
        while let key = try reader.nextKey() {
            switch key {
            case "error": fields.error = try text(&reader) ?? ""
            case "id": fields.id = try identifier(&reader)
            case "status": fields.status = try text(&reader)
            case "credits": fields.credits = try number(&reader)
            case "balance": fields.balance = try number(&reader)
            case "cost": try cost(&reader, &fields)
            default: _ = try reader.skipValue()
            }
        }
    }

    private static func text(_ reader: inout JSONReader) throws(JSONError) -> String? {
        guard try reader.peek() == .string else {
            _ = try reader.skipValue()
            return nil
        }
        return try reader.readString()
    }

    /// A whole number that fits 64 bits, or a string of digits.
    private static func identifier(_ reader: inout JSONReader) throws(JSONError) -> String? {
        switch try reader.peek() {
        case .number:
            let literal = try reader.readNumberLiteral()
            return literal.int64.map { String($0) }
        case .string:
            let text = try reader.readString()
            return !text.isEmpty && text.utf8.count <= 64 && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f } ? text : nil
        default:
            _ = try reader.skipValue()
            return nil
        }
    }

    private static func number(_ reader: inout JSONReader) throws(JSONError) -> [UInt8] {
        guard try reader.peek() == .number else {
            _ = try reader.skipValue()
            return []
        }
        let literal = try reader.readNumberLiteral()
        return literal.raw.count <= 32 ? [UInt8](literal.raw) : []
    }

    /// The object of the document; a bare number, which one client guards for, is taken as the money.
    private static func cost(_ reader: inout JSONReader, _ fields: inout Fields) throws(JSONError) {
        switch try reader.peek() {
        case .object:
            try reader.beginObject()
            while let key = try reader.nextKey() {
                switch key {
                case "credits": fields.credits = try number(&reader)
                case "money": fields.money = try number(&reader)
                default: _ = try reader.skipValue()
                }
            }
        case .number: fields.money = try number(&reader)
        default: _ = try reader.skipValue()
        }
    }
}
