internal import Kafka

/// Makes a new session on Kafka's side, off the loop; `done` is called on a thread of the opener's.
protocol SessionOpener: Sendable {
    func open(_ done: @escaping @Sendable (Result<KafkaSession, KafkaError>) -> Void)
}
