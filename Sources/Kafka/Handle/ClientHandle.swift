internal import CLibrdkafka
internal import Synchronization

/// Owner of one librdkafka client. `destroy` may come while another thread is inside a call: the last one out frees the client.
///
/// `@unchecked Sendable`: librdkafka's clients may be used from any thread; when it is freed is decided under the mutex.
final class ClientHandle: @unchecked Sendable {
    private struct Users {
        var count = 0
        var isEnding = false
        var isFreed = false
    }

    /// For calls of the owner's own thread, which makes them before its `destroy`.
    let pointer: OpaquePointer
    private let isConsumer: Bool
    private let users = Mutex(Users())
    private let context: AnyObject?

    /// - Parameter context: what the client's callbacks point to; it lives as long as the client.
    init(_ type: rd_kafka_type_t, _ configuration: consuming HandleConfiguration, context: AnyObject? = nil) throws(KafkaError) {
        isConsumer = type == RD_KAFKA_CONSUMER
        self.context = context
        pointer = try configuration.makeHandle(type)
    }

    deinit { destroy() }

    /// Lends the client to a call from any thread.
    ///
    /// - Throws: `_DESTROY` once `destroy` was called.
    func use<Result>(_ body: (OpaquePointer) throws(KafkaError) -> Result) throws(KafkaError) -> Result {
        let mayUse = users.withLock { users in
            if !users.isEnding { users.count += 1 }
            return !users.isEnding
        }
        guard mayUse else { throw KafkaError(RD_KAFKA_RESP_ERR__DESTROY) }
        defer { leave { $0.count -= 1 } }
        return try body(pointer)
    }

    /// User name and password of SASL's PLAIN and SCRAM, for connections that are made from now on. From any thread.
    func setCredentials(username: String, password: String) throws(KafkaError) {
        try use { (client) throws(KafkaError) in try check(rd_kafka_sasl_set_credentials(client, username, password)) }
    }

    /// Frees the client, now or when the last call has returned. Blocks. A second call is without effect.
    func destroy() { leave { $0.isEnding = true } }

    private func leave(_ change: (inout Users) -> Void) {
        let mustFree = users.withLock { users in
            change(&users)
            guard users.isEnding, users.count == 0, !users.isFreed else { return false }
            users.isFreed = true
            return true
        }
        guard mustFree else { return }
        // Without close: a blocking close would answer the last revoke by itself, and before the first assignment it aborts (< 2.3).
        rd_kafka_destroy_flags(pointer, isConsumer ? Int32(RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE) : 0)
    }
}
