package import Time

extension Session {
    package var hasOctets: Bool { !outbox.isEmpty }

    /// What to hand over next.
    package func withOctets<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result { outbox.withNext(body) }

    /// So many octets of it were taken.
    package mutating func wrote(_ count: Int, at now: MonotonicInstant) {
        if outbox.took(count) { pending.handedOver(at: now) }
        stuckSince = outbox.isEmpty ? nil : now
    }

    /// The stream has ended or is broken.
    package mutating func connectionEnded() {
        switch state {
        case .unbinding(_, let why): end(why)
        case .draining(_, let why) where !pending.hasUntold: end(why)
        default: end(.connectionLost)
        }
    }

    mutating func put(_ pdu: PDU, at now: MonotonicInstant) throws(PDUEncodingError) {
        try outbox.append(pdu)
        stuckSince = stuckSince ?? now
    }

    /// For what always can be written.
    mutating func say(_ pdu: PDU, at now: MonotonicInstant) {
        do { try put(pdu, at: now) } catch { preconditionFailure("a PDU without text cannot be written: \(error)") }
        if outbox.isOverfull { end(.blocked) }
    }

    /// What is left in the outbox may still be written once, but never the rest of a part: it is told as not sent.
    mutating func end(_ reason: Ending.Reason) {
        guard state != .ended else { return }
        state = .ended
        if pending.isWriting { outbox.drop() }
        events.append(.ended(pending.end(reason)))
    }
}
