internal import EventLoop
internal import JSON
internal import Time

extension SimulatedProvider {
    mutating func status(_ parameters: borrowing FormParameters, at now: WallTime) -> Answer {
        guard let id = parameters.id.flatMap({ Int64($0.string) }) else { return refuse(switches.badIDCode) }
        guard let sequence = sequence(of: id) else { return refuse("WRONG_ID") }
        let entry = log[sequence]
        if switches.retention > .zero, now - entry.acceptedAt > switches.retention { return refuse("WRONG_ID") }
        let course = course(sequence, entry)
        if course.fate == .failed, now >= course.endsAt { refund(sequence) }
        reply.beginObject()
        writeID(sequence)
        reply.member("status", course.status(at: now, switches: switches))
        reply.endObject()
        return Answer()
    }

    mutating func balance(at now: WallTime) -> Answer {
        if switches.refundOnFailed {
            for sequence in log.kept {
                let course = course(sequence, log[sequence])
                if course.fate == .failed, now >= course.endsAt { refund(sequence) }
            }
        }
        reply.beginObject()
        reply.member("credits", credits)
        reply.key("balance")
        reply.literal(Money.format(thousandths: credits.multipliedReportingOverflow(by: switches.price).partialValue, digits: 2))
        if switches.balanceCurrency { reply.member("currency", "BYN") }
        reply.endObject()
        return Answer()
    }

    mutating func listSenders() -> Answer {
        reply.beginArray()
        for sender in senders {
            reply.beginObject()
            reply.member("sender", sender.name)
            reply.member("verified", sender.isVerified)
            reply.member("checked", sender.isChecked)
            reply.member("registered", sender.isRegistered)
            reply.endObject()
        }
        reply.endArray()
        return Answer()
    }

    mutating func addSender(_ parameters: borrowing FormParameters) -> Answer {
        guard let name = parameters.sender?.string else { return refuse(switches.senderEmptyCode) }
        let isTooLong = name.unicodeScalars.count > 11
        let isBad = !name.utf8.allSatisfy {
            $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") || $0 &- UInt8(ascii: "0") < 10 || ($0 | 0x20) &- UInt8(ascii: "a") < 26
        }
        if isTooLong, !isBad || switches.senderCheckFirst == .length { return refuse("SENDER_TOO_LONG") }
        if isBad { return refuse("SENDER_BAD_FORMAT") }
        let isKnown = senders.contains {
            switches.senderCase == .any ? $0.name.lowercased() == name.lowercased() : $0.name.utf8.elementsEqual(name.utf8)
        }
        guard !isKnown else { return refuse("SENDER_ALREADY_ADDED") }
        guard senders.count < SimulatedProvider.maximumSenders else { return refuse("SENDER_LIMIT") }
        let isApproved = switches.addedSender == .approved
        senders.append(SenderName(name, isChecked: isApproved, isRegistered: isApproved))
        reply.beginObject()
        reply.member("status", "OK")
        reply.endObject()
        return Answer()
    }

    /// Beyond it senders/add answers SENDER_LIMIT (invented): a bound for the simulator's memory.
    static let maximumSenders = 10_000

    mutating func listTemplates() -> Answer {
        if templates.isEmpty, switches.emptyTemplates != .array {
            reply.literal(switches.emptyTemplates == .object ? "{}" : "null")
            return Answer()
        }
        reply.beginArray()
        for template in templates {
            reply.beginObject()
            reply.key(switches.templateKey)
            reply.string(template.tag)
            reply.member("text", template.text)
            reply.endObject()
        }
        reply.endArray()
        return Answer()
    }

    /// The name that a message went out under.
    func senderUsed(_ entry: SendEntry, asked: String) -> String {
        if !asked.isEmpty, !entry.flags.contains(.fallback) { return asked }
        return mainSenders[Int(entry.mainSender)]
    }

    /// The place in `mainSenders` of the name that messages without a sender of their own go out under now: the account's main name, its
    /// first, and the service's general one where that is not approved. Beyond 60,000 different
    /// names, which no account has, the last one stands for all further ones.
    mutating func mainSender() -> UInt16 {
        let name = senders.first.flatMap { $0.isVerified ? $0.name : nil } ?? switches.generalSender
        if mainSenders.last == name { return UInt16(mainSenders.count - 1) }
        if let place = mainSenders.firstIndex(of: name) { return UInt16(place) }
        if mainSenders.count < 60_000 { mainSenders.append(name) }
        return UInt16(mainSenders.count - 1)
    }

    /// Messages of the record, from sequence number `first` on, at most `limit`.
    func sends(from first: Int, limit: Int, at now: WallTime) -> [SimulatedSend] {
        log.kept.dropFirst(max(0, max(1, first) - log.kept.lowerBound)).prefix(max(0, limit)).map { sequence in
            log.withBytes(of: sequence) { entry, text, sender in
                let asked = String(decoding: sender, as: UTF8.self)
                return SimulatedSend(
                    sequence: sequence, id: id(of: sequence), receivedAt: entry.receivedAt, acceptedAt: entry.acceptedAt,
                    phone: entry.phone.string, text: String(decoding: text, as: UTF8.self), sender: asked,
                    senderUsed: senderUsed(entry, asked: asked), timestamp: entry.flags.contains(.timestamp) ? entry.timestamp : nil,
                    isPriority: entry.flags.contains(.priority), isBulk: entry.flags.contains(.bulk),
                    isPart: entry.flags.contains(.smpp), parts: Int(entry.parts),
                    status: course(sequence, entry).status(at: now, switches: switches), fault: FaultKind(mark: entry.fault))
            }
        }
    }
}
