package import Requests
internal import SMSPipeline

extension WorkerConfiguration {
    package struct Send: Equatable, Sendable {
        package enum Ordering: String, CaseIterable, Sendable {
            /// Requests with the same key are attempted in the order of the log.
            case key
            case none
        }

        /// Who waits for a request's `sendAt`.
        package enum Schedule: String, CaseIterable, Sendable {
            /// The provider: the request goes there at once.
            case provider
            /// The worker: the request waits in the ledger.
            case worker
        }

        /// Attempts under way at once in this process.
        package var maxInFlight: Int
        /// Requests to the provider a second over all workers of the group; 0: no limit.
        package var rateLimit: Double
        /// What follows an attempt whose outcome is unknown, unless the request says otherwise.
        package var onUnknown: UnknownPolicy
        /// The mildest policy that a request may ask for; nil: any.
        package var onUnknownFloor: UnknownPolicy?
        /// What requests may name as their sender.
        package var allowedSenders: AllowedSenders
        package var ordering: Ordering
        /// Attempts whose outcome is unknown.
        package var maxAttempts: Int
        /// From admission, or from a later `sendAt`.
        package var maxAge: Duration
        package var backoff: Duration
        /// Not below `backoff`.
        package var backoffMax: Duration
        /// The share of attempts that may be retries, 0 to 1.
        package var retryBudget: Double
        package var schedule: Schedule
        /// Requests waiting in this process before partitions pause.
        package var maxWaiting: Int
        /// The share of the rate kept for the priority lane, 0 to 0.9.
        package var priorityShare: Double
        /// How long running attempts may finish on revocation and at the end.
        package var drainLimit: Duration
    }
}
