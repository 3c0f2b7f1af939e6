internal import JSON

/// The members of an answer's object that mean something to us. Usable only while the answer's bytes are.
struct AnswerFields {
    var id = AnswerScalar.absent
    var error = AnswerScalar.absent
    var status = AnswerScalar.absent
    /// The account's (`balance`).
    var credits = AnswerScalar.absent
    var balance = AnswerScalar.absent
    var costCredits = AnswerScalar.absent
    var costMoney = AnswerScalar.absent

    /// Reads the whole of `body`, which must be one JSON object.
    static func read(_ body: UnsafeRawBufferPointer) -> Result<AnswerFields, UnreadableBody> {
        let body = UnreadableBody.withoutMark(body)
        if let reason = UnreadableBody.beforeParsing(body) { return .failure(reason) }
        var reader = JSONReader(body)
        do {
            guard try reader.peek() == .object else {
                try reader.skipValue()
                try reader.finish()
                return .failure(.unexpectedJSON)
            }
            var fields = AnswerFields()
            let isConsistent = try fields.readObject(&reader)
            try reader.finish()
            return isConsistent ? .success(fields) : .failure(.unexpectedJSON)
        } catch {
            return .failure(error.isAtEnd ? .truncatedJSON : .notJSON)
        }
    }

    /// - Returns: false when a member comes twice: two ids would be two stories.
    private mutating func readObject(_ reader: inout JSONReader) throws(JSONError) -> Bool {
        var isConsistent = true
        try reader.beginObject()
        while let key = try reader.nextKey() {
            switch key {
            case "id": try Self.take(&id, &reader, &isConsistent)
            case "error": try Self.take(&error, &reader, &isConsistent)
            case "status": try Self.take(&status, &reader, &isConsistent)
            case "credits": try Self.take(&credits, &reader, &isConsistent)
            case "balance": try Self.take(&balance, &reader, &isConsistent)
            case "cost": try readCost(&reader)
            default: try reader.skipValue()
            }
        }
        return isConsistent
    }

    private static func take(_ field: inout AnswerScalar, _ reader: inout JSONReader, _ isConsistent: inout Bool) throws(JSONError) {
        if !field.isAbsent { isConsistent = false }
        field = try AnswerScalar(reading: &reader)
    }

    /// What `value`, a JSON object, says of a message's cost; nil where it names none.
    static func cost(_ value: UnsafeRawBufferPointer) -> SendReceipt.Cost? {
        var fields = AnswerFields()
        var reader = JSONReader(value)
        guard (try? fields.readCost(&reader)) != nil else { return nil }
        return fields.cost
    }

    var cost: SendReceipt.Cost? {
        let credits = costCredits.literal(limit: 32)
        let money = costMoney.literal(limit: 32)
        return credits == nil && money == nil ? nil : SendReceipt.Cost(credits: credits, money: money)
    }

    /// Of another shape than an object of numbers it is no reason to doubt the rest.
    private mutating func readCost(_ reader: inout JSONReader) throws(JSONError) {
        guard try reader.peek() == .object else {
            try reader.skipValue()
            return
        }
        try reader.beginObject()
        while let key = try reader.nextKey() {
            switch key {
            case "credits": costCredits = try AnswerScalar(reading: &reader)
            case "money": costMoney = try AnswerScalar(reading: &reader)
            default: try reader.skipValue()
            }
        }
    }
}
