/// What requests wait for that have no attempt under way. Each is counted once.
package struct WaitingCounts: Equatable, Sendable {
    /// For their turn: nothing but room keeps them from beginning.
    package var due = 0
    /// The same, while the account is paused.
    package var account = 0
    /// For an earlier one with the same key.
    package var key = 0
    /// For the end of a backoff.
    package var backoff = 0
    /// For their `sendAt`, under the worker's schedule.
    package var schedule = 0

    package init() {}

    package var total: Int { due + account + key + backoff + schedule }
}
