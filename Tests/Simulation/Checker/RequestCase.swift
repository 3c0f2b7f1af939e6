import EventLoop
import Requests
import SMSPipeline
import SMSWorker
import Time

/// One record of a request topic, as the judge knows it: what it asks for, and what has become of it.
final class RequestCase {
    enum Kind {
        case request
        /// Of the id of an earlier one.
        case copy
        case bad
        case command
    }

    /// A process has heard that a part was taken after all.
    struct Late {
        let process: SimulatedProcess
        let part: Int
        let at: MonotonicInstant
    }

    let number: Int
    let kind: Kind
    let partition: Int
    let offset: Int64
    let timestamp: Int64
    /// Given, or generated from its place.
    let id: [UInt8]
    let policy: UnknownPolicy
    /// -1: none.
    let key: Int
    let isPriority: Bool
    let sendAt: Int64?
    let expiresAt: Int64?

    // MARK: What the ledger says, by the newest decided entry

    var isTaken = false
    /// Counts those that were taken before it; read again after an operator's repair, it is taken anew.
    var takenAs = 0
    var state = LedgerEntry.State.waiting
    var mark: UInt64 = 0
    var attempt = 0
    var unknownAttempts = 0
    var hasUnknown = false
    var admittedAt: Int64 = 0
    /// When the transaction of the newest intent was begun, and by which process.
    var intentBegan = MonotonicInstant(nanoseconds: 0)
    var intentBy: SimulatedProcess?
    /// Its process knows that the attempt with this mark was accepted, and since when.
    var acceptedMark: UInt64 = 0
    var acceptanceKnownAt = MonotonicInstant(nanoseconds: 0)
    var heldSince: Int64?
    /// When its newest intent was decided, and when commands for it were written.
    var sendingSince: Int64 = 0
    var orders: [Int64] = []
    /// Milliseconds.
    var heldFor: Int64 = 0
    var wasHeld = false
    var resends = 0

    // MARK: What the events say

    var sequence = 0
    var status = MessageStatus.queued
    var isFinal = false
    var hasMessageID = false
    var deadLetters = 0

    // MARK: What the provider knows

    var accepted = 0
    /// A process stood still between the look and the first byte: what comes of it is G6's named exception.
    var isExcused = false
    /// Of a topic that was made anew since.
    var isFormer = false
    /// It had not been read then.
    var isGone = false

    /// Over SMPP, by parts: what the centre has taken; and what the newest open entry that was decided says of them.
    var copies: [[PartCopy]]?
    var parts: [Requests.Submission.Part] = []
    var trackedSince: Int64 = 0
    /// Parts of each attempt, by its mark, that its process knows to be accepted.
    var answeredParts: [UInt64: Int] = [:]
    var wasAcceptedLate = false
    /// The word after *unknown*, as long as no other attempt has begun; of which attempt it could be.
    var late: Late?
    var submittedMark: UInt64 = 0

    // MARK: Its turn

    var eligibleSince: MonotonicInstant?
    /// At which submission of which process it was last seen waiting.
    var eligibleAt = 0
    var eligibleIn: SimulatedProcess?
    var overtaken = 0
    /// By others, whenever they came.
    var passed = 0
    /// So many may pass it (policy `resend`: that came later) beside those that its own turn costs.
    var granted = 0
    /// At so many rights of its process one is its own, if it is tried again.
    var rightAt = 0.0
    /// When its place in line was given to it last.
    var placeCountedAt = MonotonicInstant(nanoseconds: 0)

    init(
        number: Int, kind: Kind, partition: Int, offset: Int64, timestamp: Int64, id: [UInt8], policy: UnknownPolicy,
        key: Int, isPriority: Bool, sendAt: Int64?, expiresAt: Int64?
    ) {
        self.number = number
        self.kind = kind
        self.partition = partition
        self.offset = offset
        self.timestamp = timestamp
        self.id = id
        self.policy = policy
        self.key = key
        self.isPriority = isPriority
        self.sendAt = sendAt
        self.expiresAt = expiresAt
    }

    /// The same record, read a second time: sent anew, or a repeat of what is remembered.
    func anew() -> RequestCase {
        let made = RequestCase(
            number: number, kind: kind, partition: partition, offset: offset, timestamp: timestamp, id: id, policy: policy, key: key,
            isPriority: isPriority, sendAt: sendAt, expiresAt: expiresAt)
        made.isGone = true
        return made
    }

    var isStrict: Bool { policy != .resend }

    var name: String { "r\(number) (\(partition)@\(offset))" }
}

/// One partition of a request topic.
struct PartitionCourse {
    let key: PartitionKey
    let isPriority: Bool
    /// As its events name it.
    let name: [UInt8]
    /// Those of now; index: offset.
    var cases: [RequestCase] = []
    /// Of the topic before it was made anew.
    var former: [RequestCase] = []
    /// Every record below is accounted for.
    var covered: Int64 = 0
    var committed: Int64 = 0
    /// By ledger key: whose newest decided entry it is, and when it was closed (ms).
    var owners: [[UInt8]: (of: RequestCase, closedAt: Int64?)] = [:]
    /// Of the current topic, by offset, those of a key that are not through: the judge of their order.
    var firstOpenOfKey: [Int: Int] = [:]

    init(_ key: PartitionKey, isPriority: Bool) {
        self.key = key
        self.isPriority = isPriority
        name = Array("\(key.topic)-\(key.partition)".utf8)
    }

    func find(offset: Int64, timestamp: Int64) -> RequestCase? {
        if offset >= 0, offset < cases.count, cases[Int(offset)].timestamp == timestamp { return cases[Int(offset)] }
        return former.last { $0.offset == offset && $0.timestamp == timestamp }
    }
}
