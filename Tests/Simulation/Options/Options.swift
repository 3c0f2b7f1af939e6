import EventLoop
import Requests
import SMSPipeline
import SMSWorker
import Time

/// Everything that one schedule is made of, drawn from its seed: which faults there are at all, and how the rest is set.
struct Options {
    let seed: UInt64
    /// Classes that are on.
    var classes: UInt64
    var workers: Int
    var partitions: Int32
    var hasPriorityTopic: Bool
    var requests: Int
    /// Different record keys; 0: none has one.
    var keys: Int
    /// Within which the records are written.
    var window: Duration
    /// Within which things go wrong.
    var chaos: Duration
    var isCooperative: Bool
    var isStatic: Bool
    var session: Duration
    var heartbeat: Duration
    var transaction: Duration
    var ordering: WorkerConfiguration.Send.Ordering
    var schedule: WorkerConfiguration.Send.Schedule
    var policy: UnknownPolicy
    /// Of requests that say their own.
    var policyShare = 0.5
    var maxInFlight: Int
    var rateLimit: Double
    var maxWaiting: Int
    var maxAttempts: Int
    var maxAge: Duration
    var backoff: Duration
    var backoffMax: Duration
    /// Operations that begin a transaction while another one ends.
    var overlapFrom: Int
    /// Of one transaction, over HTTP.
    var recordLimit: Int
    var retryBudget: Double
    var requestTimeout: Duration
    var drainLimit: Duration
    var cadence: [Duration]
    var horizon: Duration
    var dedupWindow: Duration
    var dedupEntries: Int
    /// What a POST takes, from the first byte to the answer.
    var postLatency: ClosedRange<Int64>
    /// A process may stand still between the look at its lease and the first byte: G6's named exception.
    var hasPostGap: Bool
    /// So many requests share one key, whatever the others have.
    var hotKeyShare: Double
    var priorityShare: Double

    /// How often what happens to a process happens while it gives partitions back.
    var freezeInRevoke: Double
    var killInRevoke: Double
    /// Some stand still for nearly a session, run for a moment, and stand still again.
    var stutters = false
    var freezesInCommit = false
    /// One that is alone stands still for longer than its session lasts: its partitions come back to itself.
    var isEvicted = false

    /// Over SMPP; nil: over HTTP.
    var door: DoorOptions?

    /// Most are short, so that there are many; a few are as long as it takes for what only time and number bring about.
    var isShort: Bool
    /// The pipeline's invariants are recounted after each turn of so many, beside those in which something is in its way.
    var recountStride: Int
    /// Each POST is held against all that wait. Not where it is counted what a message costs.
    var judgesTurns = true

    /// Something may keep a transaction from committing.
    var hasClusterFaults: Bool {
        classes
            & FaultClass.mask([
                .brokerAway, .coordinator, .slowCluster, .refusal, .lostAnswers, .lateCopies, .slowMarkers, .offsetsLost, .recreation,
            ]) != 0
    }

    func has(_ fault: FaultClass) -> Bool { classes & fault.bit != 0 }

    static let requestTopic = "sms.requests"
    static let priorityTopic = "sms.priority"
    static let statusTopic = "sms.status"
    static let deadLetterTopic = "sms.dead-letter"
    static let ledgerSuffix = ".ledger"
    static let group = "sms-worker"

    var requestTopics: [String] { hasPriorityTopic ? [Self.requestTopic, Self.priorityTopic] : [Self.requestTopic] }
}
