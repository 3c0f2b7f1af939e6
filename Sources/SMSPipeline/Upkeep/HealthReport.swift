package import Requests

/// What the pipeline says of itself, each second and at each change.
package struct HealthReport: Equatable, Sendable {
    /// The pace, by the name that operators know: all slots, probes only, or something between.
    package enum Breaker: String, Equatable, Sendable {
        case closed, open
        case halfOpen = "half-open"
    }

    /// Why it is not ready, in one sentence; nil: it is.
    package var reason: String?
    /// What the account is paused for.
    package var account: AccountProblem?
    package var breaker = Breaker.closed
    /// The code by which every message is refused, so that they are tried one by one; nil: none is.
    package var refusals: String?
    package var assigned = 0
    package var open = 0

    // MARK: Requests and messages
    package var waiting = 0
    /// Their intent is written or under way to the ledger, or their POST runs.
    package var sending = 0
    package var running = 0
    package var held = 0
    package var tracking = 0
    package var closedIDs = 0

    package init() {}
}
