internal import CLibrdkafka

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
