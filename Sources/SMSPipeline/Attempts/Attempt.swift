internal import Requests

/// A POST under way. It outlives the assignment that began it: what the provider answers stays a fact.
package final class Attempt {
    package let mark: UInt64
    /// Nil once the assignment has ended (until a restore in this process finds the entry again).
    package var request: PendingRequest?
    /// What the message costs, in SMS parts; a template of unknown text counts as one.
    package let parts: Int
    /// The pace's, given back with the outcome.
    package let permit: Pace.Permit
    /// Nil where no trace is recorded.
    package let traced: TracedAttempt?

    package init(mark: UInt64, request: PendingRequest, permit: Pace.Permit, traced: TracedAttempt? = nil) {
        self.mark = mark
        self.permit = permit
        self.request = request
        self.traced = traced
        parts = request.entry.leastParts
    }
}
