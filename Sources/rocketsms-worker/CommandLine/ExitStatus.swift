internal import Requests
internal import SMSPipeline

/// What the program's exit code says.
enum ExitStatus: Int32, Error, Equatable, Sendable {
    /// Done, or drained.
    case done = 0
    /// Findings (`check`, `audit`, `topics check`), not well (`healthcheck`), not there or refused in part (`ledger show`, `dead-letters redrive`).
    case findings = 1
    /// A command line that cannot be understood.
    case usage = 64
    /// The provider refused; its code is printed.
    case refused = 65
    /// No broker answered in time.
    case noBroker = 69
    /// Anything else.
    case failed = 70
    /// Not sent, safe to repeat.
    case notSent = 75
    /// Nobody knows whether it was sent: not to be repeated blindly.
    case unknown = 76
    /// Credentials or rights were refused.
    case denied = 77
    /// The configuration, a missing topic, an unfit ledger topic.
    case configuration = 78
}
