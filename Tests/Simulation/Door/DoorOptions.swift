import EventLoop
import Requests
import SMSPipeline
import SMSWorker
import Time

/// What a schedule is made of beside the rest where messages go out over SMPP.
struct DoorOptions {
    /// The most parts that a message takes.
    let parts: Int
    /// From the acceptance to each of its receipts, microseconds.
    let receiptDelay: ClosedRange<Int64>
    /// Receipts that are there before the answer that gives their part its id.
    var earlyShare: Double
    /// Copies of which a state in between is told too.
    let sentShare: Double
    let failedShare: Double
    /// Copies that nothing is ever told of.
    let silentShare: Double
    /// Answers that come behind their time, and still within the second one.
    let lateShare: Double
    /// From the append to a reader, microseconds.
    let readDelay: ClosedRange<Int64>
    let searchDelay: ClosedRange<Int64>
    let searchFailures: Double
    /// A connection that is gone stays for a while at the centre.
    let lingers: Bool
    /// Of one transaction: what stands in two of them shows only where there are two.
    var recordLimit: Int
    /// Rare in an hour, it is often in seconds.
    var recordInterval: Duration

    static let account: UInt32 = 1
    static let settings = ReceiptSettings(account: account, fingerprint: 5, checksAddress: true)

    init(_ draw: inout Stream, isShort: Bool) {
        parts = draw.pick([1, 2, 4, 4])
        let most = draw.wild(5_000...(isShort ? 1_500_000 : 6_000_000))
        receiptDelay = Int64(max(1_000, most / draw.pick([2, 10, 100])))...Int64(most)
        earlyShare = draw.pick([0, 0.1, 0.5])
        sentShare = draw.pick([0, 0.3, 1])
        failedShare = draw.pick([0, 0.1, 0.4])
        silentShare = draw.pick([0, 0, 0.1])
        lateShare = draw.pick([0, 0.05, 0.3])
        let reading = draw.wild(1_000...1_000_000)
        readDelay = Int64(max(500, reading / 10))...Int64(reading)
        let search = draw.wild(2_000...(isShort ? 1_000_000 : 5_000_000))
        searchDelay = Int64(max(1_000, search / 10))...Int64(search)
        searchFailures = draw.pick([0, 0, 0.3])
        lingers = draw.has(0.3)
        recordLimit = draw.pick([1, 2, 4, 2_000, 2_000, 2_000])
        recordInterval = draw.pick([.zero, .zero, .milliseconds(500), .seconds(60)])
    }
}

extension Options {
    /// One seed of four goes by the second door. Which ones is no draw: seeds with a history from before it keep their meaning.
    static func isOverSMPP(_ seed: UInt64) -> Bool { [1, 4, 7, 12].contains(seed % 16) }

    mutating func chooseDoor() {
        guard Self.isOverSMPP(seed) else { return }
        var draw = Stream(seed, "door")
        var drawn = DoorOptions(&draw, isShort: isShort)
        if draw.has(0.3) { makeRestless(&drawn, &draw) }
        door = drawn
        // There is no other over SMPP.
        schedule = .worker
        var stream = Stream(seed, "door classes")
        let isQuiet = classes == 0
        for fault in FaultClass.allCases where fault.isDoors && stream.has(fault.share) && !isQuiet { classes |= fault.bit }
    }

    /// Partitions go away and come back to the same process while its parts are on their way, and receipts are there before their answers: what
    /// it knows then is in facts alone.
    private mutating func makeRestless(_ drawn: inout DoorOptions, _ draw: inout Stream) {
        isEvicted = draw.has(0.5)
        workers = isEvicted ? 1 : 2
        partitions = Int32(draw.pick([1, 2]))
        if isEvicted { (session, heartbeat) = (.seconds(6), .milliseconds(1_000)) }
        chaos = isEvicted ? session * 4 : max(chaos, .seconds(2))
        requests = max(requests, draw.int(6...14))
        window = isEvicted ? chaos / 2 : chaos
        isCooperative = false
        postLatency = 100_000...Int64(draw.wild(300_000...2_000_000))
        drainLimit = .milliseconds(draw.wild(5...500))
        requestTimeout = max(requestTimeout, .seconds(3))
        maxInFlight = draw.pick([1, 1, 2, 64])
        drawn.earlyShare = 0.7
        drawn.recordLimit = draw.pick([1, 2, 2_000])
        drawn.recordInterval = .zero
        classes |= FaultClass.mask(isEvicted ? [.freeze] : [draw.pick([.drain, .kill]), draw.pick([.rename, .kill, .freeze])])
        if isEvicted { classes &= ~FaultClass.mask([.kill, .drain, .rename, .brokerAway, .coordinator, .outage, .wrongAuth]) }
    }
}
