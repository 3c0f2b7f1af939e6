package import Time

extension Session {
    package mutating func received(_ item: PDUDecoder.Item, at now: MonotonicInstant) {
        if state == .ended { return }
        heardAt = now
        enquiry?.until = nil
        switch item {
        case .pdu(let pdu): received(pdu, at: now)
        case .malformed(let header, let fault):
            events.append(.notice(.malformed(header.command, fault)))
            // A response says the essential in its header.
            if header.command.isResponse {
                answered(header.command, header.status, header.sequence, id: "", bind: nil, at: now)
            } else {
                refuse(header, at: now)
            }
        case .lost(let fault):
            say(PDU(status: .invalidCommandLength, sequence: 0, .genericNack), at: now)
            end(.framing(fault))
        }
    }

    private mutating func received(_ pdu: PDU, at now: MonotonicInstant) {
        switch pdu.body {
        case .bindResponse(_, let response): answered(pdu.command, pdu.status, pdu.sequence, id: "", bind: response, at: now)
        case .submitResponse(let response): answered(pdu.command, pdu.status, pdu.sequence, id: response.id, bind: nil, at: now)
        case .deliver(let message): take(.message(message), pdu.sequence, isData: false)
        case .data(let message): take(.data(message), pdu.sequence, isData: true)
        case .enquireLink: say(PDU(sequence: pdu.sequence, .enquireLinkResponse), at: now)
        case .unbind: peerUnbinds(pdu.sequence, at: now)
        case _ where pdu.command.isResponse: answered(pdu.command, pdu.status, pdu.sequence, id: "", bind: nil, at: now)
        default: refuseUnexpected(pdu, at: now)
        }
    }

    /// - Parameter bind: of the answer to a bind, where it could be read.
    private mutating func answered(
        _ command: CommandID, _ status: CommandStatus, _ sequence: UInt32, id: String, bind: BindResponse?, at now: MonotonicInstant
    ) {
        let isNack = command == .genericNack
        if case .open = state, sequence == bindSequence, isNack || command == settings.bind.kind.command.response {
            return bindAnswered(isNack && status == .ok ? .unknownError : status, bind ?? BindResponse())
        }
        if isNack || command == CommandID.submit.response, let part = pending.answer(sequence) {
            return partAnswered(part, isNack && status == .ok ? .unknownError : status, id: id, at: now)
        }
        if isNack || command == CommandID.enquireLink.response, sequence == enquiry?.sequence {
            enquiry = nil
        } else if case .unbinding(_, let why) = state, isNack || command == CommandID.unbind.response, sequence == unbindSequence {
            end(why)
        } else if isNack {
            // Something that we sent was not understood, and nobody can say what.
            end(.nack(status))
        } else {
            events.append(.notice(.stray(command)))
        }
    }

    private mutating func bindAnswered(_ status: CommandStatus, _ response: BindResponse) {
        guard status == .ok else { return end(.bindRefused(status)) }
        state = .bound
        events.append(.bound(response))
    }

    private mutating func partAnswered(_ part: PendingParts.Entry, _ status: CommandStatus, id: String, at now: MonotonicInstant) {
        let verdict = settings.rules.verdict(status)
        let answer = PartAnswer(status: status, verdict: verdict, id: id.isEmpty ? nil : id)
        var isLate = false
        if case .late = part.stage { isLate = true }
        events.append(.answered(token: part.token, answer, isLate: isLate))
        // What is out already may be answered alike, or not: only then is nothing of it unknown.
        if verdict == .notSent(.rebind), state == .bound { drain(until: now + settings.responseTimeout, why: .rebind(status), at: now) }
        unbindIfDrained(at: now)
    }

    private mutating func take(_ content: Delivery.Content, _ sequence: UInt32, isData: Bool) {
        guard deliveries < settings.maximumDeliveries else { return events.append(.notice(.deliveryDropped)) }
        deliveries += 1
        let handle = Delivery.Handle(session: id, sequence: sequence, isData: isData)
        events.append(.delivery(Delivery(handle: handle, content: content)))
    }

    /// The answers to what is out may come before the peer closes: they are waited for a moment.
    private mutating func peerUnbinds(_ sequence: UInt32, at now: MonotonicInstant) {
        say(PDU(sequence: sequence, .unbindResponse), at: now)
        switch state {
        case .open, .bound, .draining: state = .unbinding(until: now + settings.unbindTimeout, why: .peerUnbound)
        case .unbinding, .ended: return
        }
    }

    /// One that cannot be read, and will be no better when it comes again.
    private mutating func refuse(_ header: PDUHeader, at now: MonotonicInstant) {
        switch header.command {
        case .deliver: say(PDU(status: .permanentReceiverError, sequence: header.sequence, .deliverResponse(MessageResponse())), at: now)
        case .data: say(PDU(status: .permanentReceiverError, sequence: header.sequence, .dataResponse(MessageResponse())), at: now)
        default: say(PDU(status: .invalidCommandLength, sequence: header.sequence, .genericNack), at: now)
        }
    }

    private mutating func refuseUnexpected(_ pdu: PDU, at now: MonotonicInstant) {
        events.append(.notice(.unexpected(pdu.command)))
        if !pdu.command.isNotice { say(PDU(status: .invalidCommandID, sequence: pdu.sequence, .genericNack), at: now) }
    }
}
