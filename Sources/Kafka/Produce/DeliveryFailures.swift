internal import CLibrdkafka
internal import Synchronization

/// The first record of a transaction that a broker refused: the error of the commit itself does not name the topic.
final class DeliveryFailures: Sendable {
    private let first = Mutex<(topic: String, code: Int32)?>(nil)

    func clear() { first.withLock { $0 = nil } }

    /// The error of the first record that was refused: its transaction can only be aborted.
    var error: KafkaError? {
        first.withLock { $0 }.map { explain(KafkaError(rd_kafka_resp_err_t($0.code), requiresAbort: true)) }
    }

    /// The error with the topic and code of the record that caused it.
    func explain(_ error: KafkaError) -> KafkaError {
        guard let failure = first.withLock({ $0 }) else { return error }
        let code = rd_kafka_err2name(rd_kafka_resp_err_t(failure.code)).map { String(cString: $0) } ?? "\(failure.code)"
        return error.described("the topic \(failure.topic) refused a record (\(code)): \(error.message)")
    }

    /// librdkafka's delivery report callback; the opaque is a `DeliveryFailures`.
    static let receive: @convention(c) (OpaquePointer?, UnsafePointer<rd_kafka_message_t>?, UnsafeMutableRawPointer?) -> Void = {
        _, message, opaque in
        guard let message, message.pointee.err != RD_KAFKA_RESP_ERR_NO_ERROR, let opaque, let topic = message.pointee.rkt else { return }
        Unmanaged<DeliveryFailures>.fromOpaque(opaque).takeUnretainedValue().add(message.pointee.err, topic)
    }

    private func add(_ code: rd_kafka_resp_err_t, _ topic: OpaquePointer) {
        switch code {
        // What was purged fell with another record; that one is the cause.
        case RD_KAFKA_RESP_ERR__PURGE_QUEUE, RD_KAFKA_RESP_ERR__PURGE_INFLIGHT: return
        default: first.withLock { if $0 == nil { $0 = (String(cString: rd_kafka_topic_name(topic)), code.rawValue) } }
        }
    }
}
