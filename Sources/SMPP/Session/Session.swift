package import Time

/// One session on one connection, from its bind to its end. It knows no sockets and no clock: told what came, what was written and what
/// time it is, it keeps octets to write, events to tell and the time at which it wants to be asked again.
///
/// | state | becomes |
/// | --- | --- |
/// | `open`: the bind is out | `bound` by its answer; `ended` by a refusal, or none in time |
/// | `bound`: parts and receipts | `draining` when we leave, or a part's answer wants another bind; `unbinding` by the peer's unbind |
/// | `draining`: no new parts; answers are awaited | `unbinding` when all have come, or time is up |
/// | `unbinding`: ours or the answer to the peer's is out | `ended` by its answer, the end of the stream, or time |
/// | `ended` | |
///
/// From each state the end of the stream, silence, or octets that are no SMPP lead to `ended`.
package struct Session: Sendable {
    package enum State: Equatable, Sendable {
        case open(until: MonotonicInstant)
        case bound
        /// - why: what the end will be told as.
        case draining(until: MonotonicInstant, why: Ending.Reason)
        case unbinding(until: MonotonicInstant, why: Ending.Reason)
        case ended
    }

    /// An enquire_link that is out.
    struct Enquiry {
        let sequence: UInt32
        /// Nil once anything was heard.
        var until: MonotonicInstant?
    }

    let settings: SessionSettings
    /// Tells deliveries of this session from those of another.
    let id: UInt64
    package internal(set) var state: State
    var events: [SessionEvent] = []
    var outbox = Outbox()
    var pending: PendingParts
    var lastSequence: UInt32 = 0
    var bindSequence: UInt32 = 0
    var unbindSequence: UInt32?
    var enquiry: Enquiry?
    var heardAt: MonotonicInstant
    /// Since when nothing was taken of what is to be written; nil while there is nothing.
    var stuckSince: MonotonicInstant?
    var deliveries = 0

    /// On a connection that has just opened. The bind is the first thing to write.
    ///
    /// - Parameter id: another for each session.
    /// - Throws: where the bind cannot be written.
    package init(_ settings: SessionSettings, id: UInt64, at now: MonotonicInstant) throws(PDUEncodingError) {
        self.settings = settings
        self.id = id
        state = .open(until: now + settings.responseTimeout)
        pending = PendingParts(timeout: settings.responseTimeout)
        heardAt = now
        bindSequence = nextSequence()
        try put(PDU(sequence: bindSequence, .bind(settings.bind)), at: now)
    }

    package var isBound: Bool { state == .bound }
    package var isEnded: Bool { state == .ended }
    /// Parts whose answer is awaited, or whose place in the window is kept for a late one.
    package var partsUnderWay: Int { pending.count }

    package mutating func takeEvents() -> [SessionEvent] {
        defer { events = [] }
        return events
    }
}
