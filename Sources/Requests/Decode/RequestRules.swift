internal import JSON
internal import Time

/// The rules of admission, one function a field: a value that keeps them, or the dead letter's reason.
package enum RequestRules {
    package static func message(_ fields: RequestFields) throws(DeadLetterReason) -> Message {
        let phone = try phone(fields.phone)
        let (text, isTemplate) = try body(text: fields.text, template: fields.template)
        return Message(phone: phone, text: text, isTemplate: isTemplate, sender: try sender(fields.sender))
    }

    /// A leading `+`, spaces, hyphens and parentheses are stripped; 8–15 digits remain.
    package static func phone(_ field: RequestField) throws(DeadLetterReason) -> [UInt8] {
        guard case .string(let slice) = field else {
            if field.isAbsent { throw DeadLetterReason(.noPhone, "the request has no phone") }
            throw DeadLetterReason(.badPhone, "phone is not a string")
        }
        let digits = slice.withUnescapedBytes { bytes -> [UInt8]? in
            var digits: [UInt8] = []
            digits.reserveCapacity(15)
            var hasPlus = false
            for byte in bytes {
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"):
                    guard digits.count < 15 else { return nil }
                    digits.append(byte)
                case UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "("), UInt8(ascii: ")"): continue
                case UInt8(ascii: "+") where digits.isEmpty && !hasPlus: hasPlus = true
                default: return nil
                }
            }
            return digits.count >= 8 ? digits : nil
        }
        guard let digits else {
            throw DeadLetterReason(.badPhone, "phone is not 8 to 15 digits, apart from a leading +, spaces, hyphens and parentheses")
        }
        return digits
    }

    /// Exactly one of text and template; a text that is wholly a template's tag is one too.
    package static func body(text: RequestField, template: RequestField) throws(DeadLetterReason) -> (text: [UInt8], isTemplate: Bool) {
        switch (text.isAbsent, template.isAbsent) {
        case (true, true): throw DeadLetterReason(.noText, "the request has neither text nor template")
        case (false, false): throw DeadLetterReason(.textAndTemplate, "the request has both text and template")
        case (false, true):
            guard case .string(let slice) = text, isWithin(SendRequest.textLimit, slice) else {
                throw DeadLetterReason(.badText, "text is not a string of 1 to 2,000 characters")
            }
            return (slice.unescapedBytes, slice.withUnescapedBytes(isTemplateTag))
        case (true, false):
            guard case .string(let slice) = template, isWithin(SendRequest.textLimit, slice), slice.withUnescapedBytes(isTemplateTag) else {
                throw DeadLetterReason(.badTemplate, "template is not TPL_ID_ and letters, digits or _ behind it")
            }
            return (slice.unescapedBytes, true)
        }
    }

    package static func sender(_ field: RequestField) throws(DeadLetterReason) -> [UInt8]? {
        if field.isAbsent { return nil }
        guard case .string(let slice) = field, isWithin(SendRequest.senderLimit, slice), !slice.withUnescapedBytes(hasControl) else {
            throw DeadLetterReason(.badSender, "sender is not a string of 1 to 11 characters without control characters")
        }
        return slice.unescapedBytes
    }

    /// - Returns: nil where the record names no id of its own.
    package static func id(_ field: RequestField, at position: RecordPosition) throws(DeadLetterReason) -> [UInt8]? {
        if field.isAbsent { return nil }
        guard case .string(let slice) = field, isWithin(SendRequest.generatedIDLimit, slice), case let id = slice.unescapedBytes,
            isID(id, at: position)
        else { throw DeadLetterReason(.badID, "id is not a string of 1 to 128 characters") }
        return id
    }

    /// Up to 128 characters; more only where they are an id that was made for this very partition, which may come back.
    package static func isID(_ id: [UInt8], at position: RecordPosition) -> Bool {
        let isShort = id.withUnsafeBytes { $0.count <= 4 * SendRequest.idLimit && $0.scalarCount <= SendRequest.idLimit }
        return isShort || position.mayHaveMade(id)
    }

    /// - Parameter now: nil: how far ahead it is, is not judged.
    package static func sendAt(_ field: RequestField, now: Int64?) throws(DeadLetterReason) -> Int64? {
        if field.isAbsent { return nil }
        guard let time = time(field) else { throw DeadLetterReason(.badSendAt, "sendAt is not an RFC 3339 date and time with offset") }
        if let now, time > now.clampedSum(SendRequest.horizon) { throw DeadLetterReason(.badSendAt, "sendAt is more than a year ahead") }
        return time
    }

    package static func expiresAt(_ field: RequestField, sendAt: Int64?) throws(DeadLetterReason) -> Int64? {
        if field.isAbsent { return nil }
        guard let time = time(field) else {
            throw DeadLetterReason(.badExpiresAt, "expiresAt is not an RFC 3339 date and time with offset")
        }
        if let sendAt, time <= sendAt { throw DeadLetterReason(.badExpiresAt, "expiresAt is not after sendAt") }
        return time
    }

    package static func isPriority(_ field: RequestField, default isPriorityTopic: Bool) throws(DeadLetterReason) -> Bool {
        switch field {
        case .absent: return isPriorityTopic
        case .bool(let value): return value
        case .string, .other: throw DeadLetterReason(.badPriority, "priority is neither true nor false")
        }
    }

    package static func onUnknown(_ field: RequestField) throws(DeadLetterReason) -> UnknownPolicy? {
        switch field {
        case .absent: return nil
        case .string("resend"): return .resend
        case .string("fail"): return .fail
        case .string("hold"): return .hold
        case .string, .bool, .other: throw DeadLetterReason(.badOnUnknown, "onUnknown is none of resend, fail and hold")
        }
    }

    package static func metadata(_ field: MetadataField) throws(DeadLetterReason) -> [UInt8]? {
        switch field {
        case .absent: return nil
        case .object(let bytes): return bytes
        case .bad: throw DeadLetterReason(.badMetadata, "metadata is not an object of strings of at most 4 KiB as compact JSON")
        }
    }

    /// `TPL_ID_` and ASCII letters, digits or `_`.
    package static func isTemplateTag(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count > 7, bytes.hasPrefix("TPL_ID_") else { return false }
        return bytes.dropFirst(7).allSatisfy { byte in
            (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte &- UInt8(ascii: "0") < 10 || byte == UInt8(ascii: "_")
        }
    }

    /// One character at least, `limit` at most.
    private static func isWithin(_ limit: Int, _ slice: JSONStringSlice) -> Bool {
        slice.withUnescapedBytes { bytes in !bytes.isEmpty && bytes.count <= 4 * limit && bytes.scalarCount <= limit }
    }

    /// A character of Unicode's category Cc: U+0000–U+001F, U+007F–U+009F.
    private static func hasControl(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var previous: UInt8 = 0
        for byte in bytes {
            if byte < 0x20 || byte == 0x7F || (previous == 0xC2 && byte < 0xA0) { return true }
            previous = byte
        }
        return false
    }

    private static func time(_ field: RequestField) -> Int64? {
        guard case .string(let slice) = field else { return nil }
        return slice.withUnescapedBytes { RFC3339.parse($0) }
    }
}
