package import Time

extension Session {
    /// Whether a part may be offered now: it is the next thing that goes to the socket.
    package var canSubmit: Bool {
        state == .bound && settings.bind.kind.submits && outbox.isEmpty && pending.count < settings.window
    }

    /// Offers a part to the socket. From here on it is finished, or dies with its connection.
    ///
    /// - Precondition: `canSubmit`.
    /// - Throws: where the part cannot be written; nothing has happened then.
    package mutating func submit(_ part: ShortMessage, token: UInt64, at now: MonotonicInstant) throws(PDUEncodingError) {
        precondition(canSubmit, "nothing waits behind the look before a part")
        let sequence = nextSequence()
        try put(PDU(sequence: sequence, .submit(part)), at: now)
        pending.begin(sequence, token: token)
    }

    /// Answers a receipt or a message; one of another session, or after the end, is left alone.
    package mutating func answer(_ delivery: Delivery.Handle, _ status: CommandStatus = .ok, at now: MonotonicInstant) {
        guard delivery.session == id, state != .ended else { return }
        deliveries = max(0, deliveries - 1)
        let body = delivery.isData ? PDU.Body.dataResponse(MessageResponse()) : .deliverResponse(MessageResponse())
        say(PDU(status: status, sequence: delivery.sequence, body), at: now)
    }

    /// Submits nothing more, waits for the answers to what is out, and unbinds.
    ///
    /// - Parameter deadline: when it unbinds without them.
    package mutating func leave(at now: MonotonicInstant, by deadline: MonotonicInstant) {
        switch state {
        case .open: end(.unbound)
        case .bound: drain(until: deadline, why: .unbound, at: now)
        case .draining(let until, _): drain(until: min(until, deadline), why: .unbound, at: now)
        case .unbinding, .ended: return
        }
    }

    mutating func drain(until: MonotonicInstant, why: Ending.Reason, at now: MonotonicInstant) {
        state = .draining(until: until, why: why)
        unbindIfDrained(at: now)
    }

    mutating func unbindIfDrained(at now: MonotonicInstant) {
        guard case .draining(let until, let why) = state, !pending.hasUntold || until <= now else { return }
        let sequence = nextSequence()
        unbindSequence = sequence
        state = .unbinding(until: now + settings.unbindTimeout, why: why)
        say(PDU(sequence: sequence, .unbind), at: now)
    }

    /// 1 … 0x7FFFFFFF, and again from 1; never one whose answer may still come.
    mutating func nextSequence() -> UInt32 {
        repeat {
            lastSequence = lastSequence >= 0x7FFF_FFFF ? 1 : lastSequence + 1
        } while pending.contains(lastSequence) || lastSequence == enquiry?.sequence || lastSequence == unbindSequence
        return lastSequence
    }

    /// Goes on from this number, as after many requests.
    mutating func skip(to sequence: UInt32) { lastSequence = sequence }
}
