internal import EventLoop
internal import Kafka
internal import Requests
internal import SMSPipeline
internal import Synchronization

/// Follows a topic of one partition on a thread of its own and hands each record on.
final class DemoTopicTail: Sendable {
    private let thread: WorkThread
    private let isStopped = Atomic<Bool>(false)

    init(
        topic: String, bootstrapServers: String,
        _ receive: @escaping @Sendable (_ value: [UInt8]) -> Void
    ) throws {
        thread = try WorkThread(name: "tail")
        let reader = try PartitionReader(bootstrapServers: bootstrapServers, properties: [])
        thread.submit { [self] in follow(TopicPartition(topic: topic, partition: 0), reader, receive) }
    }

    func stop() {
        isStopped.store(true, ordering: .relaxed)
        thread.stop()
    }

    private func follow(_ partition: TopicPartition, _ reader: PartitionReader, _ receive: (_ value: [UInt8]) -> Void) {
        let stopped: () -> Bool = { [self] in isStopped.load(ordering: .relaxed) }
        var next: Int64 = 0
        // Reads on for ever: the end that it is to reach is never there. A stall is no error here, it only begins again.
        while !stopped() {
            _ = try? reader.read(partition, from: next, through: .max, stall: .seconds(3), isCancelled: stopped) { offset, _, value in
                next = offset + 1
                receive(value.map { [UInt8]($0) } ?? [])
                return true
            }
        }
    }
}
