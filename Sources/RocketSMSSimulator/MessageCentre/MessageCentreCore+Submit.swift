internal import EventLoop
internal import SMPP
internal import SMSText
internal import Time

/// One submit_sm, as it came.
struct Submission {
    let message: ShortMessage
    let content: PartContent
    let sequence: UInt32
    let link: Int
    let now: WallTime
    let receivedAt: WallTime

    init(_ message: ShortMessage, sequence: UInt32, link: Int, now: WallTime, receivedAt: WallTime) {
        self.message = message
        content = PartContent(message)
        self.sequence = sequence
        self.link = link
        self.now = now
        self.receivedAt = receivedAt
    }

    var phone: [UInt8] { Array(message.destination.digits.utf8) }
}

extension MessageCentreCore {
    mutating func submit(_ submission: Submission, _ provider: inout SimulatedProvider) {
        counters.submits += 1
        guard let link = links[submission.link], link.submits else { return refuse(submission, .wrongBindStatus) }
        guard switches.window == 0 || link.unanswered < switches.window else {
            counters.overWindow += 1
            return refuse(submission, switches.overWindow)
        }
        let rule = rules.decide(submission.phone, part: Int(submission.content.number))
        switch rule?.fault {
        case .status: return refuse(submission, rule?.status ?? .systemError)
        case .cutBeforeAccept: return close(submission.link, at: submission.now)
        case .silentBeforeAccept:
            links[submission.link]?.unanswered += 1
            return
        default: break
        }
        switch provider.accept(submission, noCredits: switches.noCredits) {
        case .failure(let refusal): refuse(submission, refusal.status)
        case .success(let sequence): accepted(submission, sequence, rule, provider)
        }
    }

    private mutating func refuse(_ submission: Submission, _ status: CommandStatus) {
        counters.refused += 1
        write(PDU(status: status, sequence: submission.sequence, .submitResponse(MessageResponse())), on: submission.link)
    }

    private mutating func accepted(
        _ submission: Submission, _ sequence: Int, _ rule: SubmitRule?, _ provider: SimulatedProvider
    ) {
        counters.accepted += 1
        let (link, message) = (submission.link, submission.message)
        let number = ids.take(node: link % switches.idNodes, start: provider.switches.idStart)
        let isEmpty = provider.happens(.emptyID, sequence, switches.emptyIDShare)
        let part = SubmittedPart(
            sequence: sequence, messageID: isEmpty ? "" : switches.idForm.response(number), receiptID: switches.idForm.receipt(number),
            systemID: links[link]?.systemID ?? "", link: link, commandSequence: submission.sequence, acceptedAt: submission.now,
            source: message.source.digits, destination: message.destination.digits, dataCoding: message.dataCoding,
            esmClass: message.esmClass.rawValue, registeredDelivery: message.registeredDelivery, content: submission.content,
            fault: rule?.fault)
        log.append(part)
        links[link]?.unanswered += 1
        var response = CentreResponse(
            link: link, pdu: PDU(sequence: submission.sequence, .submitResponse(MessageResponse(id: part.messageID))),
            phone: submission.phone)
        let deliveries = self.deliveries(about: part, message, id: switches.idForm.response(number), provider)
        let isBefore = switches.receiptOrder == .before && !deliveries.isEmpty && rule?.fault != .late
        switch rule?.fault {
        case .cut:
            close(link, at: submission.now)
            return schedule(deliveries)
        case .silent: return schedule(deliveries)
        case .hold:
            held.append(response)
            return schedule(deliveries)
        case .cutWithinAnswer: response.end = .cutWithin
        case .unbind: response.end = .unbind
        default: break
        }
        let delay = rule?.fault == .late ? rule?.delay ?? .zero : switches.responseDelay
        if isBefore { return schedule(deliveries, before: response) }
        if delay == .zero {
            respond(response, at: submission.now)
        } else {
            agenda.add(.respond(response), at: submission.now + delay)
        }
        schedule(deliveries)
    }

    mutating func respond(_ response: CentreResponse, at now: WallTime) {
        guard links[response.link] != nil else { return }
        links[response.link]?.unanswered -= 1
        switch response.end {
        case .stays: write(response.pdu, on: response.link)
        case .cutWithin: cut(response.pdu, on: response.link, at: now)
        case .unbind:
            write(response.pdu, on: response.link)
            unbind(response.link, at: now)
        }
    }
}

extension SimulatedProvider {
    /// The centre's no.
    struct SubmitRefusal: Error, Equatable { let status: CommandStatus }

    /// A part is a message of the record, paid for by itself.
    ///
    /// - Returns: its sequence number there.
    mutating func accept(_ submission: Submission, noCredits: CommandStatus) -> Result<Int, SubmitRefusal> {
        let (message, content) = (submission.message, submission.content)
        settleCharges(at: submission.now)
        guard let phone = submission.phone.withUnsafeBytes({ PhoneNumber($0, switches) }) else {
            return .failure(SubmitRefusal(status: CommandStatus(0x0B)))
        }
        let text = PartText.decode(content.octets, dataCoding: message.dataCoding)
        var flags: SendEntry.Flags = [.smpp]
        if !senders.contains(where: { $0.isVerified && $0.name == message.source.digits }) {
            if switches.unapprovedSender == .error { return .failure(SubmitRefusal(status: CommandStatus(0x0A))) }
            flags.insert(.fallback)
        }
        let parts = content.isPayload ? MessageParts(text).count : 1
        guard affords(parts) else { return .failure(SubmitRefusal(status: noCredits)) }
        let entry = SendEntry(
            receivedAt: submission.receivedAt, acceptedAt: submission.now, timestamp: 0, phone: phone, offset: 0, textCount: 0,
            parts: UInt16(clamping: parts), fate: 0, mainSender: mainSender(), senderCount: 0, fault: 0, flags: flags)
        let sequence = record(
            entry, text: Array(text.utf8), sender: Array(message.source.digits.utf8), part: Int(content.number))
        charge(sequence)
        return .success(sequence)
    }
}
