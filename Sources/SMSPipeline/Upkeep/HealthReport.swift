package import Requests

/// What the pipeline says of itself, each second and at each change.
package struct HealthReport: Equatable, Sendable {
    /// The pace, by the name that operators know: all slots, probes only, or something between.
    package enum Breaker: String, Equatable, Sendable {
        case closed, open
        case halfOpen = "half-open"
    }

    /// One number for each lane.
    package struct Lanes: Equatable, Sendable {
        package var priority = Duration.zero
        package var bulk = Duration.zero

        package init() {}
    }

    /// How many requests of a kind the provider may be asked at a time, and the share of failures among its last answers, 0 … 1.
    package struct Side: Equatable, Sendable {
        package var width = 0
        package var failures = 0.0

        package init() {}
    }

    /// Why it is not ready; nil: it is.
    package var hindrance: Hindrance?
    /// What the account is paused for.
    package var account: AccountProblem?
    /// Whether the link to the message centre takes parts; over HTTP it is open.
    package var door = DoorState.open
    /// As the account said last; nil: not yet, or it is not asked.
    package var credits: Int64?
    /// How long these last at the present pace, infinite where none are spent; nil: not known yet.
    package var creditHours: Double?
    package var breaker = Breaker.closed
    package var sends = Side()
    package var polls = Side()
    /// The code by which every message is refused, so that they are tried one by one; nil: none is.
    package var refusals: String?
    package var assigned = 0
    package var open = 0

    // MARK: Requests and messages
    package var waiting = WaitingCounts()
    /// How long the one that is next in a lane has been due, without account pauses.
    package var oldestDue = Lanes()
    /// Their intent is written or under way to the ledger, or their POST runs.
    package var sending = 0
    package var running = 0
    package var held = 0
    package var tracking = 0
    /// Of what is kept of these.
    package var trackingBytes = 0
    package var closedIDs = 0

    package init() {}

    /// Why it is not ready, in one sentence; nil: it is.
    package var reason: String? { hindrance?.sentence }
}
