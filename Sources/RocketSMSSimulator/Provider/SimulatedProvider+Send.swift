internal import EventLoop
internal import JSON
internal import SMSText
internal import Time

extension SimulatedProvider {
    /// What a message is, but for its phone.
    private struct Content {
        var timestamp: Int64?
        var isPriority = false
        var parts = 1
        var flags: SendEntry.Flags = []
    }

    mutating func send(_ parameters: borrowing FormParameters, at now: WallTime, receivedAt: WallTime) -> Answer {
        if let code = missingCode(.send, parameters) { return refuse(code) }
        guard let phone = parameters.phone.flatMap({ PhoneNumber($0, switches) }) else { return refuse("BAD_PHONE") }
        var content = Content()
        content.isPriority = SimulatedProvider.isOn(parameters.priority)
        if let code = read(parameters, into: &content, at: now) { return refuse(code) }
        if let sequence = repeated(phone, at: now) {
            writeMessage(sequence, at: now, hasCost: true)
            return Answer()
        }
        guard affords(content.parts) else { return refuse(switches.noCreditsCode) }
        let sequence = accept(phone, content, at: now, receivedAt: receivedAt)
        writeMessage(sequence, at: now, hasCost: true)
        return Answer(accepted: sequence..<sequence + 1)
    }

    mutating func bulkSend(_ parameters: borrowing FormParameters, at now: WallTime, receivedAt: WallTime) -> Answer {
        if let code = missingCode(.bulkSend, parameters) { return refuse(code) }
        guard parameters.phones.count <= switches.bulkMaximum else { return refuse(switches.bulkMaximumCode) }
        let phones = parameters.phones.map { PhoneNumber($0, switches) }
        if switches.bulkBadPhone == .whole, phones.contains(nil) { return refuse("BAD_PHONE") }
        var content = Content()
        content.flags.insert(.bulk)
        if let code = read(parameters, into: &content, at: now) { return refuse(code) }
        let first = total + 1
        var items = phones.map { phone -> BulkItem in
            guard let phone else { return .refused("BAD_PHONE") }
            if let sequence = repeated(phone, at: now) { return .message(sequence) }
            guard affords(content.parts) else { return .refused(switches.noCreditsCode) }
            return .message(accept(phone, content, at: now, receivedAt: receivedAt))
        }
        if switches.bulkOrder == .reverse { items.reverse() }
        reply.beginArray()
        for item in items {
            switch item {
            case .message(let sequence): writeMessage(sequence, at: now, hasCost: switches.bulkCost)
            case .refused(let code):
                reply.beginObject()
                reply.member("error", code)
                reply.endObject()
            }
        }
        reply.endArray()
        return Answer(accepted: first..<total + 1)
    }

    /// What came of one phone of a bulkSend.
    private enum BulkItem {
        case message(_ sequence: Int)
        case refused(_ code: String)
    }

    /// The code for a parameter without which the endpoint can do nothing; nil: there is all.
    func missingCode(_ endpoint: Endpoint, _ parameters: borrowing FormParameters) -> String? {
        switch endpoint {
        case .send, .bulkSend:
            let hasPhone = endpoint == .send ? parameters.phone != nil : !parameters.phones.isEmpty
            let hasText = parameters.text != nil
            if switches.checkOrder == .text, !hasText { return "NO_MESSAGE" }
            if !hasPhone { return "NO_PHONE" }
            if hasText { return nil }
            // A list of phones has an answer for each bad one of its own, unless they are refused together.
            let isBad =
                switches.checkOrder == .phone
                && (endpoint == .send
                    ? parameters.phone.map { PhoneNumber($0, switches) == nil } ?? false
                    : switches.bulkBadPhone == .whole && parameters.phones.contains { PhoneNumber($0, switches) == nil })
            return isBad ? "BAD_PHONE" : "NO_MESSAGE"
        case .status: return parameters.id == nil ? switches.badIDCode : nil
        case .sendersAdd: return parameters.sender == nil ? switches.senderEmptyCode : nil
        case .balance, .senders, .templates: return nil
        }
    }

    /// `true` (in any letter case: C# writes `True`) and `1` are on; anything else is off.
    private static func isOn(_ value: FormValue?) -> Bool {
        guard let value else { return false }
        return value.equals(Array("1".utf8)) || value.string.lowercased() == "true"
    }

    /// Reads text, sender and timestamp; the first two into the provider's room for them.
    ///
    /// - Returns: the code to refuse the message with.
    private mutating func read(_ parameters: borrowing FormParameters, into content: inout Content, at now: WallTime) -> String? {
        text.removeAll(keepingCapacity: true)
        sender.removeAll(keepingCapacity: true)
        parameters.text?.append(to: &text)
        var parts = text.withUnsafeBytes { MessageParts(utf8: $0) }
        if !parts.isValidUTF8 { text = Array(String(decoding: text, as: UTF8.self).utf8) }
        if text.starts(with: SimulatedProvider.tagPrefix), SimulatedProvider.isTag(text) {
            let tag = String(decoding: text, as: UTF8.self)
            if let template = templates.first(where: { $0.tag == tag }) {
                parts = MessageParts(template.text)
            } else if switches.unknownTemplate == .error {
                return switches.unknownTemplateCode
            }
        }
        if let code = readTimestamp(parameters.timestamp, into: &content, at: now) { return code }
        let count = switches.partsRule == .by67 ? max(1, (parts.units + 66) / 67) : parts.count
        if count > switches.maximumParts, switches.tooLong == .error { return switches.tooLongCode }
        content.parts = min(count, Int(UInt16.max))
        if content.isPriority { content.flags.insert(.priority) }
        guard let name = parameters.sender else { return nil }
        name.append(to: &sender)
        sender = Array(String(decoding: sender, as: UTF8.self).utf8)
        let given = sender
        if !senders.contains(where: { $0.isVerified && $0.name.utf8.elementsEqual(given) }) {
            if switches.unapprovedSender == .error { return switches.unapprovedSenderCode }
            content.flags.insert(.fallback)
        }
        return nil
    }

    private static let tagPrefix = Array("TPL_ID_".utf8)

    private static func isTag(_ text: [UInt8]) -> Bool {
        text.count > tagPrefix.count
            && text.allSatisfy { $0 == UInt8(ascii: "_") || $0 &- UInt8(ascii: "0") < 10 || ($0 | 0x20) &- UInt8(ascii: "a") < 26 }
    }

    private func readTimestamp(_ value: FormValue?, into content: inout Content, at now: WallTime) -> String? {
        guard let value else { return nil }
        guard let seconds = Int64(value.string) else { return switches.badTimestamp == .error ? switches.badTimestampCode : nil }
        content.timestamp = seconds
        let due = WallTime(milliseconds: seconds.multipliedClamping(by: 1_000))
        if due < now, switches.pastTimestamp == .error { return switches.badTimestampCode }
        if switches.timestampHorizon > .zero, due > now + switches.timestampHorizon { return switches.badTimestampCode }
        return nil
    }

    private mutating func accept(_ phone: PhoneNumber, _ content: Content, at now: WallTime, receivedAt: WallTime) -> Int {
        var flags = content.flags
        if content.timestamp != nil { flags.insert(.timestamp) }
        let entry = SendEntry(
            receivedAt: receivedAt, acceptedAt: now, timestamp: content.timestamp ?? 0, phone: phone, offset: 0, textCount: 0,
            parts: UInt16(clamping: content.parts), fate: 0, mainSender: mainSender(), senderCount: 0, fault: 0, flags: flags)
        let sequence = record(entry, text: text, sender: sender)
        charge(sequence)
        if switches.deduplicationWindow > .zero { recent[RecentKey(phone: phone, text: text)] = (sequence, now) }
        return sequence
    }

    /// The first acceptance of the same phone and text, where the switch has repeats found out.
    private mutating func repeated(_ phone: PhoneNumber, at now: WallTime) -> Int? {
        guard switches.deduplicationWindow > .zero else { return nil }
        let window = switches.deduplicationWindow
        if recent.count > 100_000 { recent = recent.filter { now - $0.value.at < window } }
        guard let first = recent[RecentKey(phone: phone, text: text)], now - first.at < window, log.kept.contains(first.sequence) else {
            return nil
        }
        return first.sequence
    }

    private mutating func writeMessage(_ sequence: Int, at now: WallTime, hasCost: Bool) {
        let entry = log[sequence]
        reply.beginObject()
        writeID(sequence)
        switch switches.sendAnswer {
        case .current: reply.member("status", course(sequence, entry).status(at: now, switches: switches))
        case .queued, .sent: reply.member("status", switches.sendAnswer.rawValue)
        }
        if hasCost { writeCost(parts: Int(entry.parts)) }
        reply.endObject()
    }

    mutating func writeID(_ sequence: Int) {
        switch switches.idType {
        case .number: reply.member("id", id(of: sequence))
        case .string: reply.member("id", String(id(of: sequence)))
        }
    }

    private mutating func writeCost(parts: Int) {
        guard switches.cost != .absent else { return }
        let money = switches.price * (switches.costMoney == .total ? parts : 1)
        reply.key("cost")
        if switches.cost == .object {
            reply.beginObject()
            reply.member("credits", parts)
            reply.key("money")
        }
        reply.literal(Money.format(thousandths: money, digits: 1))
        if switches.cost == .object { reply.endObject() }
    }
}
