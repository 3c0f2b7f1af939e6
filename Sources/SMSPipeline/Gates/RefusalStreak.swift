package import Requests
package import Time

/// A provider that suddenly refuses everything by a code that nobody knows must not fail a whole backlog at full speed: after ten messages
/// in a row, of different phones and at least two different texts, one message at a time is tried, and an acceptance ends it.
///
/// Each probe is another message: one that is refused so is FAILED like those before it. Only unfamiliar codes count, and another of
/// them begins the count anew; what speaks of the message alone (`BAD_PHONE`), and what is no answer, neither adds nor ends. Ten of one text
/// are a campaign that the provider will not have, ten of one phone a number.
///
/// | probes refused | the next comes after |
/// | ---: | --- |
/// | 0 | 1 s |
/// | 1 | 2 s |
/// | 2 | 4 s |
/// | 3 | 8 s |
/// | 4 and more | 10 s |
package struct RefusalStreak: Equatable, Sendable {
    package enum State: Equatable, Sendable {
        /// Everything passes. Becomes `narrowed`.
        case open
        /// One may go then. Becomes `probing` with it, or `open` by an acceptance of one that began before.
        case narrowed(code: String, nextProbeAt: MonotonicInstant)
        /// The attempt with this tag is under way. Becomes `narrowed`, or `open`.
        case probing(code: String, tag: UInt64)
    }

    package enum Change: Equatable, Sendable {
        case narrowed(code: String)
        case ended
    }

    package private(set) var state = State.open
    private let length: Int
    private let shortest: Duration
    private let longest: Duration
    /// Of the refusals in a row.
    private var code = ""
    private var phones: [[UInt8]] = []
    private var text: [UInt8] = []
    private var hasOtherText = false
    /// Until the next probe, from the end of the last.
    private var wait: Duration

    /// - Parameters:
    ///   - length: messages in a row.
    ///   - shortest: until the first probe.
    ///   - longest: between probes at most.
    package init(length: Int = 10, shortest: Duration = .seconds(1), longest: Duration = .seconds(10)) {
        self.length = length
        self.shortest = shortest
        self.longest = longest
        wait = shortest
    }

    /// The code that narrows sending; nil: none does.
    package var narrowedBy: String? {
        switch state {
        case .open: nil
        case .narrowed(let code, _), .probing(let code, _): code
        }
    }

    package func mayBegin(at now: MonotonicInstant) -> Bool {
        switch state {
        case .open: true
        case .narrowed(_, let nextProbeAt): nextProbeAt <= now
        case .probing: false
        }
    }

    /// When a probe may go; nil where none waits for its time.
    package var nextChange: MonotonicInstant? { if case .narrowed(_, let nextProbeAt) = state { nextProbeAt } else { nil } }

    /// An attempt has begun.
    package mutating func began(_ tag: UInt64) {
        if case .narrowed(let code, _) = state { state = .probing(code: code, tag: tag) }
    }

    /// An attempt has ended.
    ///
    /// - Parameter message: nil where nobody owns its request any more.
    package mutating func ended(_ tag: UInt64, _ outcome: AttemptOutcome, _ message: Message?, at now: MonotonicInstant) -> Change? {
        let outcome = outcome.gist
        switch outcome {
        case .accepted: return accepted()
        case .refused(let code) where !BalanceLook.familiarCodes.contains(code): if let message { add(code, message) }
        case .refused, .account, .notSent, .notBegun, .unknown, .parts: break
        }
        switch state {
        case .open:
            guard phones.count >= length, hasOtherText else { return nil }
            wait = shortest
            state = .narrowed(code: code, nextProbeAt: now + wait)
            return .narrowed(code: code)
        case .probing(let code, tag):
            if case .refused = outcome { wait = min(longest, wait * 2) }
            state = .narrowed(code: code, nextProbeAt: outcome == .notBegun ? now : now + wait)
            return nil
        case .probing, .narrowed: return nil
        }
    }

    private mutating func accepted() -> Change? {
        // Of every message that goes well.
        if phones.isEmpty, case .open = state { return nil }
        forget()
        guard state != .open else { return nil }
        state = .open
        return .ended
    }

    private mutating func add(_ code: String, _ message: Message) {
        if code != self.code { forget() }
        self.code = code
        if phones.isEmpty { text = message.text } else if message.text != text { hasOtherText = true }
        if phones.count < length, !phones.contains(message.phone) { phones.append(message.phone) }
    }

    private mutating func forget() {
        code = ""
        phones = []
        text = []
        hasOtherText = false
    }
}
