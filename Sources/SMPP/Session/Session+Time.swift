package import Time

extension Session {
    /// When `advance` is wanted next.
    package var nextDeadline: MonotonicInstant? {
        var times = [pending.nextDeadline, stuckSince.map { $0 + settings.responseTimeout }]
        switch state {
        case .open(let until), .unbinding(let until, _): times.append(until)
        case .draining(let until, _): times += [until, enquiry?.until ?? heardAt + settings.enquireInterval]
        case .bound: times.append(enquiry?.until ?? heardAt + settings.enquireInterval)
        case .ended: return nil
        }
        return times.compactMap { $0 }.min()
    }

    package mutating func advance(to now: MonotonicInstant) {
        if state == .ended { return }
        let (unanswered, givenUp) = pending.advance(to: now)
        events += unanswered.map { .unanswered(token: $0) } + givenUp.map { .givenUp(token: $0) }
        if let stuckSince, stuckSince + settings.responseTimeout <= now { return end(.blocked) }
        switch state {
        case .open(let until): if until <= now { return end(.bindTimeout) }
        case .unbinding(let until, let why): if until <= now { return end(why) }
        case .draining, .bound:
            enquire(at: now)
            unbindIfDrained(at: now)
        case .ended: return
        }
    }

    private mutating func enquire(at now: MonotonicInstant) {
        if let until = enquiry?.until {
            if until <= now { end(.silent) }
        } else if heardAt + settings.enquireInterval <= now {
            let sequence = nextSequence()
            enquiry = Enquiry(sequence: sequence, until: now + settings.responseTimeout)
            say(PDU(sequence: sequence, .enquireLink), at: now)
        }
    }
}
