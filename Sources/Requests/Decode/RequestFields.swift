package import JSON

/// The known fields of a request or a command, read in one pass and judged by nobody yet. Holds the record's pointers.
package struct RequestFields {
    package private(set) var id = RequestField.absent
    package private(set) var phone = RequestField.absent
    package private(set) var text = RequestField.absent
    package private(set) var template = RequestField.absent
    package private(set) var sender = RequestField.absent
    package private(set) var sendAt = RequestField.absent
    package private(set) var expiresAt = RequestField.absent
    package private(set) var priority = RequestField.absent
    package private(set) var onUnknown = RequestField.absent
    package private(set) var metadata = MetadataField.absent
    package private(set) var command = RequestField.absent
    package private(set) var resolution = RequestField.absent
    package private(set) var messageID = RequestField.absent
    /// Nil: not there, or null.
    package private(set) var messageIDs: [RequestField]?

    private enum Name: UInt16 {
        case id, phone, text, template, sender, sendAt, expiresAt, priority, onUnknown, metadata, command, resolution, messageID
        case messageIDs

        init?(_ key: JSONStringSlice) {
            switch key {
            case "id": self = .id
            case "phone": self = .phone
            case "text": self = .text
            case "template": self = .template
            case "sender": self = .sender
            case "sendAt": self = .sendAt
            case "expiresAt": self = .expiresAt
            case "priority": self = .priority
            case "onUnknown": self = .onUnknown
            case "metadata": self = .metadata
            case "command": self = .command
            case "as": self = .resolution
            case "messageId": self = .messageID
            case "messageIds": self = .messageIDs
            default: return nil
            }
        }
    }

    /// - Throws: where `json` is not one JSON object, or an object in it has a key twice.
    package init(reading json: UnsafeRawBufferPointer) throws(JSONError) {
        var reader = JSONReader(json)
        var seen: UInt16 = 0
        var unknown = UniqueKeys()
        try reader.beginObject()
        while let key = try reader.nextKey() {
            guard let name = Name(key) else {
                try unknown.insert(key, reader)
                try reader.skipValueOfUniqueKeys()
                continue
            }
            if seen & (1 << name.rawValue) != 0 { throw reader.repeatedKey }
            seen |= 1 << name.rawValue
            switch name {
            case .id: id = try RequestField(reading: &reader)
            case .phone: phone = try RequestField(reading: &reader)
            case .text: text = try RequestField(reading: &reader)
            case .template: template = try RequestField(reading: &reader)
            case .sender: sender = try RequestField(reading: &reader)
            case .sendAt: sendAt = try RequestField(reading: &reader)
            case .expiresAt: expiresAt = try RequestField(reading: &reader)
            case .priority: priority = try RequestField(reading: &reader)
            case .onUnknown: onUnknown = try RequestField(reading: &reader)
            case .metadata: metadata = try MetadataField(reading: &reader)
            case .command: command = try RequestField(reading: &reader)
            case .resolution: resolution = try RequestField(reading: &reader)
            case .messageID: messageID = try RequestField(reading: &reader)
            case .messageIDs: messageIDs = try Self.list(&reader)
            }
        }
        try reader.finish()
    }

    /// What is no list counts as one that holds something else.
    private static func list(_ reader: inout JSONReader) throws(JSONError) -> [RequestField]? {
        guard try reader.peek() == .array else {
            let field = try RequestField(reading: &reader)
            return field.isAbsent ? nil : [.other]
        }
        var fields: [RequestField] = []
        try reader.beginArray()
        while try reader.nextElement() {
            let field = try RequestField(reading: &reader)
            if fields.count <= Submission.partLimit { fields.append(field) }
        }
        return fields
    }
}
