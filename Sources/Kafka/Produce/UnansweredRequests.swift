internal import CLibrdkafka
internal import Synchronization

/// Counts the requests of one transactional producer that ended without an answer. librdkafka repeats them on another connection and says
/// nothing; the first copy may still be under way, and reach the broker in a later transaction (KAFKA-17754).
///
/// A Produce counts too. Its copy in the same transaction does no harm, for it carries its sequence; but behind an abort librdkafka gives the
/// sequence of what it believes unsent to other records, and a broker that has the first ones takes the others for repeats: it acknowledges
/// and drops them, and the rest of their transaction is committed.
///
/// An interceptor is the only exact signal: it is called before the call that waits for the request returns. Return codes, error events and
/// the log are silent about a connection that was reset. A request that was still waiting for its connection counts as well.
final class UnansweredRequests: Sendable {
    /// Kafka's numbers of requests.
    private enum APIKey {
        static let produce: Int16 = 0
        static let initProducerID: Int16 = 22
        static let addPartitionsToTransaction: Int16 = 24
        static let addOffsetsToTransaction: Int16 = 25
        static let endTransaction: Int16 = 26
        static let transactionOffsetCommit: Int16 = 28
    }

    private let isWatching = Atomic<Bool>(false)
    private let ofTransactions = Atomic<Int>(0)
    private let initialisations: LateInitialisations

    init(initialisations: LateInitialisations) { self.initialisations = initialisations }

    /// Of transactions; librdkafka may report one twice.
    var count: Int { ofTransactions.load(ordering: .acquiring) }

    /// `self` must live as long as the client.
    func watch(_ configuration: borrowing HandleConfiguration) throws(KafkaError) {
        try configuration.addInterceptor(Self.name, onNew: Self.begin, opaque: Unmanaged.passUnretained(self).toOpaque())
    }

    /// Once the client is made.
    ///
    /// - Throws: where librdkafka has not called for the watch: a producer without it is not safe.
    func checkWatch() throws(KafkaError) {
        guard isWatching.load(ordering: .relaxed) else { throw KafkaError(local: "librdkafka does not take an interceptor of responses") }
    }

    private static let name = "unanswered-requests"

    /// Called by `rd_kafka_new`, in its caller's thread. An interceptor of responses may be added here and nowhere else; the client keeps
    /// the opaque pointer as it is. What it answers is logged by librdkafka and otherwise ignored.
    private static let begin:
        @convention(c) (
            OpaquePointer?, OpaquePointer?, UnsafeMutableRawPointer?, UnsafeMutablePointer<CChar>?, Int
        ) -> rd_kafka_resp_err_t = { client, _, opaque, _, _ in
            guard let opaque else { return RD_KAFKA_RESP_ERR__INVALID_ARG }
            let result = rd_kafka_interceptor_add_on_response_received(
                client, UnansweredRequests.name, UnansweredRequests.receive, opaque)
            let requests = Unmanaged<UnansweredRequests>.fromOpaque(opaque).takeUnretainedValue()
            requests.isWatching.store(result == RD_KAFKA_RESP_ERR_NO_ERROR, ordering: .relaxed)
            return result
        }

    /// Called on librdkafka's threads, up to twice an answer: where it arrives and where it is handled.
    private static let receive:
        @convention(c) (
            OpaquePointer?, Int32, UnsafePointer<CChar>?, Int32, Int16, Int16, Int32, Int, Int64, rd_kafka_resp_err_t,
            UnsafeMutableRawPointer?
        ) -> rd_kafka_resp_err_t = { _, _, _, _, apiKey, _, _, _, _, error, opaque in
            // A broker's refusal is an answer: `error` says whether one came at all.
            guard error != RD_KAFKA_RESP_ERR_NO_ERROR, let opaque else { return RD_KAFKA_RESP_ERR_NO_ERROR }
            Unmanaged<UnansweredRequests>.fromOpaque(opaque).takeUnretainedValue().add(apiKey)
            return RD_KAFKA_RESP_ERR_NO_ERROR
        }

    private func add(_ apiKey: Int16) {
        switch apiKey {
        case APIKey.produce, APIKey.addPartitionsToTransaction, APIKey.addOffsetsToTransaction, APIKey.endTransaction,
            APIKey.transactionOffsetCommit:
            ofTransactions.add(1, ordering: .releasing)
        case APIKey.initProducerID: initialisations.add()
        default: break
        }
    }
}
