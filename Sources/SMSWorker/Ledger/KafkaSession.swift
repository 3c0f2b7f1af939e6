internal import EventLoop
internal import Glibc
internal import Kafka
internal import Synchronization

/// Everything on Kafka's side that is made, joined and lost together: the consumer with its record queues, the committer with its two
/// producers, and the restorers. A fenced worker drops one and opens the next; what is known of the provider does not live here.
final class KafkaSession: Sendable {
    let consumer: Consumer
    /// Records of the bulk lane: not polled while there is no room, so that back-pressure needs no pause (a pause throws away what was
    /// fetched ahead).
    let bulkQueue: RecordQueue
    let priorityQueue: RecordQueue
    let committer: Committer
    let restorer: Restorer
    /// Of all request topics, as counted at the start.
    let partitionCount: Int
    private let wakeDescriptor: CInt
    private let isFreed = Atomic<Bool>(false)

    init(consumer: Consumer, committer: Committer, restorer: Restorer, partitionCount: Int) throws(EventLoopError) {
        self.consumer = consumer
        self.committer = committer
        self.restorer = restorer
        self.partitionCount = partitionCount
        bulkQueue = consumer.makeRecordQueue()
        priorityQueue = consumer.makeRecordQueue()
        wakeDescriptor = try EventDescriptor.make()
    }

    /// Events of all three queues turn the loop.
    func wake(on loop: EventLoop, _ body: @escaping () -> Void) throws(EventLoopError) -> EventLoop.Registration {
        let descriptor = wakeDescriptor
        let registration = try loop.register(fd: descriptor) { _ in
            EventDescriptor.drain(descriptor)
            body()
        }
        consumer.wake(eventDescriptor: descriptor)
        bulkQueue.wake(eventDescriptor: descriptor)
        priorityQueue.wake(eventDescriptor: descriptor)
        return registration
    }

    func forward(_ partition: TopicPartition, isPriority: Bool) {
        consumer.forward(partition, to: isPriority ? priorityQueue : bulkQueue)
    }

    func restore(
        topic: String, ledger: String, partition: Int32, wantedBy assignment: Liveness,
        _ done: @escaping @Sendable (Result<PartitionRestore, RestoreError>) -> Void
    ) {
        restorer.restore(topic: topic, ledger: ledger, partition: partition, wantedBy: assignment, done)
    }

    /// Leaves everything: a transaction under way is fenced by the next session or times out, and the group notices by its own means.
    func abandon() {
        restorer.cancel()
        committer.abandon()
    }

    /// Frees the handles, when no record of theirs is held any more. Returns at once: all of that blocks, and happens on threads that end by
    /// themselves. The producers are freed behind the committer's last work; where that never returns, they are left behind with it.
    /// A second call is without effect.
    func free() {
        guard !isFreed.exchange(true, ordering: .relaxed) else { return }
        committer.afterLast { [committer] in committer.destroyProducers() }
        // Without a thread to be had the handles stay: better than a loop that stands still.
        guard let thread = try? WorkThread(name: "kafka-freer") else { return }
        thread.finish { [self] in
            bulkQueue.destroy()
            priorityQueue.destroy()
            consumer.destroy()
            // Last: librdkafka writes to it as long as the queues live.
            EventDescriptor.close(wakeDescriptor)
        }
    }
}
