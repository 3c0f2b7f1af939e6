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

    package init(mark: UInt64, request: PendingRequest, permit: Pace.Permit) {
        self.mark = mark
        self.permit = permit
        self.request = request
        parts = request.entry.leastParts
    }
}
