import Requests
import SMSPipeline
import Time

/// What a cluster is like, and which faults it has of its own accord. The defaults have none.
struct ClusterOptions {
    struct Topic {
        var name: String
        var partitions: Int32
        var isCompacted = false
    }

    var topics: [Topic]
    /// What members of the group subscribe to.
    var requestTopics: [String]
    var group = "sms-worker"

    /// Cooperative-sticky; else range, which is eager.
    var isCooperative = true
    var sessionTimeout = Duration.seconds(15)
    var heartbeat = Duration.seconds(3)
    var transactionTimeout = Duration.seconds(10)
    /// How long a rebalance waits for members that live and do not join (`max.poll.interval.ms`).
    var rebalanceTimeout = Duration.seconds(300)
    /// Of an empty group's first rebalance.
    var initialRebalanceDelay = Duration.zero

    // MARK: Times on the wire, µs

    /// One way between client and broker.
    var latency: ClosedRange<Int64> = 200...3_000
    var slowShare = 0.0
    /// The coordinator of one of a session's two producers is far away.
    var farProducer: (number: Int, delay: Duration)?
    var slowLatency: ClosedRange<Int64> = 20_000...800_000
    /// From a transaction's decision to its marker in one partition.
    var markerLatency: ClosedRange<Int64> = 300...5_000
    var slowMarkerShare = 0.0
    var slowMarkerLatency: ClosedRange<Int64> = 50_000...6_000_000

    // MARK: Requests of transactions

    /// A request is executed and its answer does not arrive: the client library repeats it.
    var lostAnswerShare = 0.0
    /// A request is kept back by the network, the client library repeats it on another connection, and the first copy arrives later.
    var lateCopyShare = 0.0
    /// The same of a producer's initialisation: the late copy fences whoever has the name then.
    var lateInitialisationShare = 0.0
    var lateCopyDelay: ClosedRange<Int64> = 1_000...30_000_000
    /// A client library notices a lost connection after this, a mute one by its timeout.
    var resetNotice: ClosedRange<Int64> = 85_000...155_000
    var muteNoticeShare = 0.2
    var muteNotice: ClosedRange<Int64> = 2_000_000...12_000_000

    // MARK: The client library's habits

    /// After a seek it delivers from farther ahead, once.
    var jumpShare = 0.0
    /// After a seek it delivers some records below it first.
    var repeatShare = 0.0
    /// Ends of partitions are known when a session begins.
    var knownEndShare = 1.0

    /// Where every log begins.
    var firstOffset: Int64 = 0
}
