internal import CLibrdkafka
internal import EventLoop
internal import Time

/// Throws what a call of librdkafka has answered, and destroys the error object.
func check(_ error: OpaquePointer?) throws(KafkaError) {
    if let error { throw KafkaError(consuming: error) }
}

/// Throws what a call of librdkafka has answered; the sentence begins with `subject` where there is one.
func check(_ code: rd_kafka_resp_err_t, _ subject: @autoclosure () -> String? = nil) throws(KafkaError) {
    if code == RD_KAFKA_RESP_ERR_NO_ERROR { return }
    let error = KafkaError(code)
    throw subject().map { error.described("\($0): \(error.message)") } ?? error
}

extension Duration {
    /// Milliseconds as librdkafka's timeouts take them; never negative, which would mean "for ever".
    var rdkafkaMilliseconds: Int32 { Int32(clamping: max(0, milliseconds)) }
}

extension String {
    /// What C wrote into a buffer of ours.
    init(nulTerminated buffer: [CChar]) {
        self.init(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
