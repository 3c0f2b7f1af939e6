internal import EventLoop
internal import Kafka
internal import Requests
internal import SMSPipeline
internal import Synchronization
internal import Time

/// Reads the log of receipts step by step. Blocks.
///
/// `@unchecked Sendable`: used on the tail's thread alone; `isCancelled` is asked there and set elsewhere.
final class TailReader: @unchecked Sendable {
    /// What a step has come to.
    struct Step: Sendable {
        var events: [ReceiptLogEvent] = []
        var unreadable: [ReceiptRecordError] = []
        /// Where the log ended at the last fetch; nil: not known.
        var end: Int64?
        /// The next one should come a little later.
        var isTroubled = false
    }

    private static let questionTimeout = Duration.seconds(5)
    private static let patience = Duration.milliseconds(200)
    private static let batchSize = 1_000

    let isCancelled = Atomic<Bool>(false)
    private let partition: TopicPartition
    private let identity: MessageIdentity
    private var make: () throws(KafkaError) -> LogReader
    private var reader: LogReader?
    /// Nil until the end was found once.
    private var course: TailCourse?
    /// It is read from `course.next` on; else that is looked up first.
    private var isReading = false

    init(_ partition: TopicPartition, _ identity: MessageIdentity, make: @escaping @Sendable () throws(KafkaError) -> LogReader) {
        self.partition = partition
        self.identity = identity
        self.make = make
    }

    func step() -> Step {
        var step = Step()
        do throws(KafkaError) {
            let reader = try open()
            if isReading { try read(reader, &step) } else { try begin(reader, &step) }
            step.end = reader.knownEnd(partition)
        } catch {
            isReading = false
            step.events.append(.failed(BrokerError(error)))
            step.isTroubled = true
        }
        return step
    }

    func end() -> Int64? { try? open().watermarks(partition, timeout: Self.questionTimeout).high }

    /// The next reader is made by this.
    func use(_ make: @escaping @Sendable () throws(KafkaError) -> LogReader) {
        self.make = make
        drop()
    }

    func drop() {
        reader = nil
        isReading = false
    }

    private func open() throws(KafkaError) -> LogReader {
        if let reader { return reader }
        let reader = try make()
        self.reader = reader
        return reader
    }

    // MARK: Where to begin

    private func begin(_ reader: LogReader, _ step: inout Step) throws(KafkaError) {
        let (low, high) = try reader.watermarks(partition, timeout: Self.questionTimeout)
        guard let course else {
            let timestamp = try timestamp(of: high - 1, low, reader)
            try start(reader, TailCourse(next: high, timestamp: timestamp))
            return step.events.append(.started(ReceiptPosition(next: high, timestamp: timestamp)))
        }
        if course.next >= low, course.next <= high, try isSameLog(course, low, reader) { return try start(reader, course) }
        // Cut at its beginning, or another one: what is there now is read whole.
        let lost = course.next <= high ? max(0, low - course.next) : 0
        try start(reader, TailCourse(next: low, timestamp: -1))
        step.events.append(.broken(next: ReceiptPosition(next: low, timestamp: -1), lost: lost))
    }

    /// Whether the record before the next one is the one that was read.
    private func isSameLog(_ course: TailCourse, _ low: Int64, _ reader: LogReader) throws(KafkaError) -> Bool {
        guard course.timestamp >= 0, course.next > low else { return true }
        return try timestamp(of: course.next - 1, low, reader) == course.timestamp
    }

    /// -1 where no record stands there.
    private func timestamp(of number: Int64, _ low: Int64, _ reader: LogReader) throws(KafkaError) -> Int64 {
        guard number >= low else { return -1 }
        try restart(reader, at: number)
        defer { stop(reader) }
        let deadline = MonotonicInstant.now + Self.questionTimeout
        while MonotonicInstant.now < deadline, !isCancelled.load(ordering: .relaxed) {
            switch reader.poll(timeout: .milliseconds(50)) {
            case .record(let record): return record.offset == number ? record.timestamp : -1
            case .endOfPartition(_, let offset): if offset > number { return -1 }
            case .error(let error): if !error.isTransport { throw error }
            // The client may sleep half a second before it looks at what is newly read: a question wakes it.
            case nil: _ = try? reader.watermarks(partition, timeout: .seconds(1))
            default: break
            }
        }
        throw KafkaError(failed: "\(partition) did not give its record \(number) in time")
    }

    private func start(_ reader: LogReader, _ course: TailCourse) throws(KafkaError) {
        try restart(reader, at: course.next)
        self.course = course
        isReading = true
    }

    /// What was fetched for the last place is none of this one's.
    private func restart(_ reader: LogReader, at number: Int64) throws(KafkaError) {
        stop(reader)
        try reader.start(partition, at: .offset(number))
    }

    private func stop(_ reader: LogReader) {
        reader.stop(partition)
        while reader.poll(timeout: .zero) != nil {}
    }

    // MARK: Reading

    private func read(_ reader: LogReader, _ step: inout Step) throws(KafkaError) {
        guard var course else { return }
        var batch = Batch(told: course.next)
        defer { batch.tell(course.position, &step) }
        for count in 0..<Self.batchSize {
            let before = course.position
            var verdict = TailCourse.Step.skip
            var isEnd = false
            // The first one is waited for.
            switch reader.poll(timeout: count == 0 ? Self.patience : .zero) {
            case .record(let record):
                verdict = course.meet(record: record.offset, timestamp: record.timestamp)
                if case .lost(let count) = verdict { batch.tell(before, lost: count, at: record.offset, &step) }
                if verdict != .goBack, verdict != .skip { take(record, &batch, &step) }
            case .endOfPartition(_, let offset):
                verdict = course.meet(end: offset)
                if case .lost(let count) = verdict { batch.tell(before, lost: count, at: offset, &step) }
                isEnd = true
            case .error(let error):
                if error.isOffsetLost { verdict = .restart } else if !error.isTransport { throw error }
            case nil: isEnd = true
            default: break
            }
            self.course = course
            if verdict == .goBack { return try restart(reader, at: course.next) }
            if verdict == .restart {
                isReading = false
                step.isTroubled = true
            }
            if isEnd || !isReading { return }
        }
    }

    private func take(_ record: borrowing Record, _ batch: inout Batch, _ step: inout Step) {
        let number = record.offset
        record.withValue { value in
            do throws(ReceiptRecordError) {
                batch.receipts.append(try ReceiptRecord(value).receipt(number: number, identity))
            } catch { step.unreadable.append(error) }
        }
    }

    /// What was read and is not told yet.
    private struct Batch {
        var receipts: [Receipt] = []
        /// Up to where it is.
        var told: Int64

        mutating func tell(_ position: ReceiptPosition, _ step: inout Step) {
            guard position.next != told else { return }
            step.events.append(.read(receipts, next: position))
            receipts = []
            told = position.next
        }

        mutating func tell(_ position: ReceiptPosition, lost: Int64, at number: Int64, _ step: inout Step) {
            tell(position, &step)
            step.events.append(.broken(next: ReceiptPosition(next: number, timestamp: -1), lost: lost))
            told = number
        }
    }
}
