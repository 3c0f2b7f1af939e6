internal import JSON

/// What makes a record with a `command` field a command. Everything else about it is the dead letter `BAD_COMMAND`.
package enum CommandRules {
    package static func command(_ fields: RequestFields, at position: RecordPosition) throws(DeadLetterReason) -> Command {
        guard let id = try? RequestRules.id(fields.id, at: position) else {
            throw DeadLetterReason(.badCommand, "the command has no id of 1 to 128 characters, nor one that was made for this partition")
        }
        switch fields.command {
        case .string("cancel"): return Command(id: id, action: .cancel)
        case .string("resolve"): return Command(id: id, action: .resolve(try resolution(fields)))
        case .string("forget"): return Command(id: id, action: .forget)
        case .absent, .string, .bool, .other: throw DeadLetterReason(.badCommand, "command is none of cancel, resolve and forget")
        }
    }

    private static func resolution(_ fields: RequestFields) throws(DeadLetterReason) -> Command.Resolution {
        let messageIDs = try messageIDs(fields)
        switch fields.resolution {
        case .string("sent"): return .sent(messageIDs: messageIDs)
        case .string("resend") where messageIDs.isEmpty: return .resend
        case .string("failed") where messageIDs.isEmpty: return .failed
        case .string("resend"), .string("failed"):
            throw DeadLetterReason(.badCommand, "messageId and messageIds belong to a resolve as sent")
        case .absent, .string, .bool, .other: throw DeadLetterReason(.badCommand, "as is none of sent, resend and failed")
        }
    }

    private static func messageIDs(_ fields: RequestFields) throws(DeadLetterReason) -> [String] {
        guard let list = fields.messageIDs else {
            return fields.messageID.isAbsent ? [] : [try messageID(fields.messageID, limit: Echo.messageIDLength, "messageId")]
        }
        guard fields.messageID.isAbsent else { throw DeadLetterReason(.badCommand, "messageId and messageIds are both given") }
        guard !list.isEmpty, list.count <= Submission.partLimit else {
            throw DeadLetterReason(.badCommand, "messageIds is not a list of 1 to 255 ids")
        }
        var ids: [String] = []
        // As many characters more as the number of a part takes.
        for field in list { ids.append(try messageID(field, limit: Echo.messageIDLength + 4, "each of messageIds")) }
        return ids
    }

    private static func messageID(_ field: RequestField, limit: Int, _ name: String) throws(DeadLetterReason) -> String {
        guard case .string(let slice) = field, case let id = slice.string, (1...limit).contains(id.utf8.count),
            id.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else {
            throw DeadLetterReason(.badCommand, "\(name) is not a string of 1 to 64 printable ASCII characters")
        }
        return id
    }
}
