package import Requests

/// What the pipeline is told of the configuration.
package struct PipelineSettings: Sendable {
    /// `KAFKA_GROUP_ID`.
    package let group: String
    /// Of both lanes.
    package let topics: [RequestTopic]
    package let statusTopic: String
    package let deadLetterTopic: String
    /// Bytes of a record that the topic of dead letters takes.
    package let deadLetterLimit: Int
    package let timings: KafkaTimings
    package let send: SendSettings
    package let track: TrackSettings
    package let dedupWindow: Duration
    package let dedupMaxEntries: Int
    /// Whether a refusal by an unfamiliar code asks the balance first.
    package let checksBalance: Bool
    /// SMS parts that a text may take; 0: any number.
    package let maxParts: Int
    /// After which a request without an answer has failed.
    package let requestTimeout: Duration
    /// What becomes of a sender that the provider has not checked and registered.
    package let senderPolicy: SenderList.Policy
    /// Somebody collects spans.
    package let isTraced: Bool
    /// Stands before the value of each status event; empty: the value is JSON alone.
    package let eventFrame: [UInt8]
    /// Over SMPP; nil: statuses are asked for.
    package let receipts: ReceiptSettings?
    /// Records of one transaction at most.
    package var recordLimit: Int
    /// Operations that are worth a transaction while the one before ends.
    package var overlapFrom = PacingRule.worthwhile
    /// How far a partition was read is written down so often, while work goes on.
    package let recordInterval: Duration

    package init(
        group: String, topics: [RequestTopic], statusTopic: String, deadLetterTopic: String, deadLetterLimit: Int, timings: KafkaTimings,
        send: SendSettings, track: TrackSettings, dedupWindow: Duration, dedupMaxEntries: Int, checksBalance: Bool,
        maxParts: Int, senderPolicy: SenderList.Policy, requestTimeout: Duration, eventFrame: [UInt8] = [], isTraced: Bool = false,
        receipts: ReceiptSettings? = nil, recordLimit: Int = CommitQueue.recordLimit, recordInterval: Duration = CommitLoop.recordInterval
    ) {
        self.group = group
        self.topics = topics
        self.statusTopic = statusTopic
        self.deadLetterTopic = deadLetterTopic
        self.deadLetterLimit = deadLetterLimit
        self.timings = timings
        self.send = send
        self.track = track
        self.dedupWindow = dedupWindow
        self.dedupMaxEntries = dedupMaxEntries
        self.checksBalance = checksBalance
        self.maxParts = maxParts
        self.requestTimeout = requestTimeout
        self.senderPolicy = senderPolicy
        self.isTraced = isTraced
        self.eventFrame = eventFrame
        self.receipts = receipts
        self.recordLimit = recordLimit
        self.recordInterval = recordInterval
    }
}

package struct SendSettings: Equatable, Sendable {
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

    package init(
        maxInFlight: Int, rateLimit: Double, onUnknown: UnknownPolicy, onUnknownFloor: UnknownPolicy?, allowedSenders: AllowedSenders,
        ordering: Ordering, maxAttempts: Int, maxAge: Duration,
        backoff: Duration, backoffMax: Duration, retryBudget: Double, schedule: Schedule, maxWaiting: Int, priorityShare: Double,
        drainLimit: Duration
    ) {
        self.maxInFlight = maxInFlight
        self.rateLimit = rateLimit
        self.onUnknown = onUnknown
        self.onUnknownFloor = onUnknownFloor
        self.allowedSenders = allowedSenders
        self.ordering = ordering
        self.maxAttempts = maxAttempts
        self.maxAge = maxAge
        self.backoff = backoff
        self.backoffMax = backoffMax
        self.retryBudget = retryBudget
        self.schedule = schedule
        self.maxWaiting = maxWaiting
        self.priorityShare = priorityShare
        self.drainLimit = drainLimit
    }
}

package struct TrackSettings: Equatable, Sendable {
    /// Waits before the polls of a message, one after another; the last repeats. Never empty.
    package var cadence: [Duration]
    /// Counted like the cadence, from the later of acceptance and `sendAt`.
    package var horizon: Duration
    /// Polls under way at once in this process.
    package var maxInFlight: Int

    package init(cadence: [Duration], horizon: Duration, maxInFlight: Int) {
        self.cadence = cadence
        self.horizon = horizon
        self.maxInFlight = maxInFlight
    }
}
