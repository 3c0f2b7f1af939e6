import EventLoop
import Requests
import SMSPipeline
import SMSWorker
import Time

/// The topic of receipts: one partition, one order, every record readable as soon as it is appended.
final class ReceiptTopic {
    struct Record {
        let copy: PartCopy
        let status: MessageStatus
        /// LogAppendTime.
        let timestamp: Int64
    }

    let world: World
    private let cluster: Cluster
    private(set) var records: [Record] = []
    /// Retention has taken what is below.
    private(set) var low: Int64 = 0
    /// It was deleted and made anew so often.
    private(set) var incarnation = 0
    /// Off: nothing goes wrong any more of its own accord.
    private(set) var hasFaults = true
    private var refusedUntil = MonotonicInstant(nanoseconds: .min)
    /// Every record, when it is appended.
    var onAppend: (_ copy: PartCopy, _ status: MessageStatus) -> Void = { _, _ in }
    /// Those who read it, in the order in which they came: there is more.
    private var readers: [(of: ObjectIdentifier, () -> Void)] = []

    init(_ cluster: Cluster) {
        self.cluster = cluster
        world = cluster.world
    }

    var end: Int64 { Int64(records.count) }

    /// Nobody reads or writes.
    var isAway: Bool { world.monotonic < cluster.awayUntil }

    var refusesWrites: Bool { isAway || world.monotonic < refusedUntil }

    func append(_ push: ReceiptPush) {
        push.isWritten = true
        let (copy, status) = (push.copy, push.status)
        guard !copy.isRetired else { return }
        copy.wasTold(status, world.wall, end, incarnation)
        records.append(Record(copy: copy, status: status, timestamp: world.wall))
        onAppend(copy, status)
        for reader in readers { reader.1() }
    }

    func add(_ reader: AnyObject, _ tell: @escaping () -> Void) { readers.append((ObjectIdentifier(reader), tell)) }

    func remove(_ reader: AnyObject) { readers.removeAll { $0.of == ObjectIdentifier(reader) } }

    /// The schedule is over.
    func forget() {
        readers = []
        records = []
        onAppend = { _, _ in }
    }

    func receipt(_ number: Int64) -> Receipt {
        let record = records[Int(number)]
        return Receipt(
            number: number, account: DoorOptions.account, ids: [RequestHash(id: Array(record.copy.id.utf8))], status: record.status,
            addresses: (999, record.copy.address))
    }

    func position(_ next: Int64) -> ReceiptPosition {
        ReceiptPosition(next: next, timestamp: next > low && next <= end ? records[Int(next) - 1].timestamp : -1)
    }

    /// When its first record was appended; -1: there is none.
    var beganAt: Int64 { low < end ? records[Int(low)].timestamp : -1 }

    /// Whether the log is the one that the position was noted in; where nothing is left that would tell, it is believed.
    func isSame(_ from: ReceiptPosition) -> Bool {
        guard from.next <= end else { return false }
        guard from.timestamp >= 0, from.next > low else { return true }
        return records[Int(from.next) - 1].timestamp == from.timestamp
    }

    // MARK: Trouble

    func refuse(for duration: Duration) { refusedUntil = max(refusedUntil, world.monotonic + duration) }

    func makeAnew() {
        records = []
        low = 0
        incarnation += 1
        for reader in readers { reader.1() }
    }

    func retain(keeping count: Int64) { low = max(low, end - count) }

    func heal() {
        hasFaults = false
        refusedUntil = min(refusedUntil, world.monotonic)
    }
}
