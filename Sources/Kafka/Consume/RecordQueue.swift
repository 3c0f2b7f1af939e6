internal import CLibrdkafka

/// Records and ends of some of a consumer's partitions, to be polled or left alone on their own. Polled by the consumer's thread.
///
/// `@unchecked Sendable`: as `Consumer`.
package final class RecordQueue: @unchecked Sendable {
    let queue: EventQueue
    private let client: ClientHandle
    private var isDestroyed = false

    init(_ client: ClientHandle) {
        self.client = client
        guard let pointer = rd_kafka_queue_new(client.pointer) else {
            preconditionFailure("librdkafka makes a queue unless memory has run out")
        }
        queue = EventQueue(pointer: pointer)
    }

    deinit { destroy() }

    /// As `Consumer.poll`.
    package func poll() -> ConsumerEvent? { queue.poll(client.pointer) }

    /// As `Consumer.wake`.
    package func wake(eventDescriptor: CInt) { queue.wake(eventDescriptor: eventDescriptor) }

    /// Before the consumer's own `destroy`, when no record of it is held any more. A second call is without effect.
    package func destroy() {
        guard !isDestroyed else { return }
        isDestroyed = true
        queue.wakeNobody()
        rd_kafka_queue_destroy(queue.pointer)
    }
}
