import PipelineSupport
import Time

@testable import Requests
@testable import SMSPipeline

/// Kafka's side of one partition, in memory: what the pipeline asks for is kept until the stage answers.
final class StageSession: LedgerSession {
    struct RequestRecord {
        let offset: Int64
        let timestamp: Int64
        let key: [UInt8]
        let value: [UInt8]
        /// Lives as long as the process: a header is lent for longer than the call that lends it.
        var traceparent: UnsafeRawBufferPointer?
    }

    let partitionCount = 1
    var events: [SessionEvent] = []
    var records: [RequestRecord] = []
    private var position: Int64?
    /// Records given out.
    private(set) var given = 0
    /// What a read from this offset on says; the records behind it are given out all the same, as the client library does.
    var failure: (offset: Int64, error: BrokerError)?
    private var hasFailed = false
    private var hasEnded = false

    var restoring: (partition: PartitionKey, assignment: AssignmentID)?
    var sweeping: (request: SweepRequest, partition: PartitionKey, assignment: AssignmentID)?
    var looking: (partition: PartitionKey, assignment: AssignmentID)?
    var committing: (content: TransactionContent, number: UInt64)?
    /// Of its owners; what belongs to others is not written.
    private(set) var alive: [Bool] = []

    func nextEvent() -> SessionEvent? { events.isEmpty ? nil : events.removeFirst() }
    func assign(_ partitions: [PartitionKey]) {}
    func unassign(_ partitions: [PartitionKey]) {}
    func membership() -> Membership? { Membership(generation: 1, memberID: "m") }
    func leaveGroup() {}
    let isClosed = false

    static func forever(_ text: String) -> UnsafeRawBufferPointer {
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: text.utf8.count, alignment: 1)
        bytes.copyBytes(from: text.utf8)
        return UnsafeRawBufferPointer(bytes)
    }

    private static func readHeaders(_ context: UnsafeRawPointer, _ body: LentRecord.HeaderReader) {
        guard let traceparent = context.assumingMemoryBound(to: UnsafeRawBufferPointer?.self).pointee else { return }
        Array("traceparent".utf8).withUnsafeBytes { body($0, traceparent) }
    }

    func read(_ partition: PartitionKey, _ receive: (PartitionEvent) -> Bool) {
        guard let from = position else { return }
        if let failure, from >= failure.offset, !hasFailed {
            hasFailed = true
            position = failure.error.isDamagedLog ? from + 1 : from
            guard receive(.failed(failure.error)), failure.error.isDamagedLog else { return }
            return read(partition, receive)
        }
        if failure?.error.isDamagedLog == false { return }
        // Offsets are consecutive here.
        for record in records.dropFirst(max(0, Int(from - (records.first?.offset ?? 0)))) {
            position = record.offset + 1
            given += 1
            let goesOn = record.key.withUnsafeBytes { key in
                record.value.withUnsafeBytes { value in
                    withUnsafePointer(to: record.traceparent) { traceparent in
                        receive(
                            .record(
                                LentRecord(
                                    offset: record.offset, timestamp: record.timestamp, key: key, value: value,
                                    context: UnsafeRawPointer(traceparent), readHeaders: Self.readHeaders)))
                    }
                }
            }
            guard goesOn else { return }
            // What is damaged comes in its order.
            if let failure, !hasFailed, record.offset + 1 >= failure.offset { return read(partition, receive) }
        }
        guard failure == nil, !hasEnded else { return }
        hasEnded = true
        _ = receive(.end(offset: Int64(records.count)))
    }
    func resume(_ partition: PartitionKey) {}
    func seek(_ partition: PartitionKey, to offset: Int64) {
        position = offset
        hasFailed = false
        hasEnded = false
    }
    func knowsEnd(of partition: PartitionKey) -> Bool { true }

    func commit(_ content: TransactionContent, alive: [Bool], topics: TransactionTopics, number: UInt64, behind: UInt64?) {
        committing = (content, number)
        self.alive = alive
    }
    func rebuildProducers() {}
    func isCommitOverdue(at now: MonotonicInstant) -> Bool { false }
    func takeTrouble() -> Bool { false }
    func takeLateInitialisations(of producer: Int) -> Int { 0 }
    func look(at partition: PartitionKey, ledger: String, for assignment: AssignmentID) { looking = (partition, assignment) }

    func restore(_ partition: PartitionKey, ledger: String, for assignment: AssignmentID, wantedWhile liveness: Liveness) {
        restoring = (partition, assignment)
    }
    func sweep(_ request: SweepRequest, of partition: PartitionKey, for assignment: AssignmentID) {
        sweeping = (request, partition, assignment)
    }
    func countPartitions(of topics: [String]) {}
    func abandon() {}
    func free() {}
}

/// The provider's side: submissions are kept until the stage answers them.
final class StageGateway: ProviderGateway {
    var mayBegin: (UInt64) -> Bool = { _ in false }
    var receive: (GatewayEvent) -> Void = { _ in }
    var mustPoll = false
    var polled: [UInt64] = []
    var submitted: [Submission] = []
    var questions = 0
    var senderQuestions = 0
    var templateQuestions = 0

    struct Submission {
        let tag: UInt64
        let message: Message
        let trace: [UInt8]?
        var phone: String { message.phone.text }
    }

    func submit(_ message: Message, sendAt: Int64?, isPriority: Bool, trace: [UInt8]?, tag: UInt64) {
        submitted.append(Submission(tag: tag, message: message, trace: trace))
    }
    func poll(messageID: String, tag: UInt64) { polled.append(tag) }
    func askBalance() { questions += 1 }
    func askSenders() { senderQuestions += 1 }
    func askTemplates() { templateQuestions += 1 }
    func close() {}
}

final class StageOpener: SessionOpener {
    func open() {}
    func isOverdue(at now: MonotonicInstant) -> Bool { false }
    func abandon() {}
}
