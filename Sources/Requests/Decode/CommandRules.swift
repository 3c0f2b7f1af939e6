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
        let messageID = try messageID(fields.messageID)
        switch fields.resolution {
        case .string("sent"): return .sent(messageID: messageID)
        case .string("resend") where messageID == nil: return .resend
        case .string("failed") where messageID == nil: return .failed
        case .string("resend"), .string("failed"): throw DeadLetterReason(.badCommand, "messageId belongs to a resolve as sent")
        case .absent, .string, .bool, .other: throw DeadLetterReason(.badCommand, "as is none of sent, resend and failed")
        }
    }

    private static func messageID(_ field: RequestField) throws(DeadLetterReason) -> String? {
        if field.isAbsent { return nil }
        guard case .string(let slice) = field, case let id = slice.string, (1...Echo.messageIDLength).contains(id.utf8.count),
            id.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else {
            throw DeadLetterReason(.badCommand, "messageId is not a string of 1 to 64 printable ASCII characters")
        }
        return id
    }
}
