/// What a response says of the part that it answers.
package enum SubmitVerdict: Equatable, Sendable {
    package enum Remedy: Equatable, Sendable {
        /// The same part again, and everything on the link slower: the peer counts what comes on it.
        case slowDown
        /// The peer does not take this session for one that submits: the same part on another.
        case rebind
        /// The same part a little later.
        case retry
    }

    /// The peer has it.
    case accepted
    /// The peer has not taken it, and may take it later.
    case notSent(Remedy)
    /// Something broke on the peer's side, before or after it took the part: nobody can say.
    case unknown
    /// The peer has not taken it and never will.
    case refused
}

/// Which status means what. The standard says what a status is called, and peers disagree about when to use it.
///
/// | status | verdict |
/// | --- | --- |
/// | 0x00 | accepted, with an id or without |
/// | those in `unknown`, usually 0x08 and 0xFF | unknown: they say that something broke, not that nothing was taken |
/// | 0x58 throttled, 0x14 queue full | not sent, slower |
/// | 0x04 wrong bind status, 0x05 already bound | not sent, on another session |
/// | 0x61 schedule, 0x64 temporary | not sent, later |
/// | all others, of vendors too | refused |
package struct StatusRules: Equatable, Sendable {
    /// Statuses after which nobody can say. They go before the rest of the table; `ok` among them is not heeded.
    package var unknown: Set<CommandStatus>

    package init(unknown: Set<CommandStatus> = [.systemError, .unknownError]) { self.unknown = unknown }

    package func verdict(_ status: CommandStatus) -> SubmitVerdict {
        if status == .ok { return .accepted }
        if unknown.contains(status) { return .unknown }
        switch status {
        case .throttled, .queueFull: return .notSent(.slowDown)
        case .wrongBindStatus, .alreadyBound: return .notSent(.rebind)
        case .invalidSchedule, .temporaryReceiverError: return .notSent(.retry)
        default: return .refused
        }
    }
}
