internal import CLibrdkafka

/// Owner of a librdkafka configuration until a client takes it over.
struct HandleConfiguration: ~Copyable {
    private let pointer: OpaquePointer

    init() {
        guard let pointer = rd_kafka_conf_new() else { preconditionFailure("librdkafka makes a configuration unless memory has run out") }
        self.pointer = pointer
        rd_kafka_conf_set_log_cb(pointer, KafkaLog.receive)
        // A library that was built without TLS refuses it, and needs none.
        _ = rd_kafka_conf_set_ssl_cert_verify_cb(pointer, CertificateRefusal.receive)
    }

    deinit { rd_kafka_conf_destroy(pointer) }

    /// Sets all in order; the last one of a key counts.
    func set(_ properties: [(key: String, value: String)]) throws(KafkaError) {
        for (key, value) in properties { try set(key, value) }
    }

    func set(_ key: String, _ value: String) throws(KafkaError) {
        let result = rd_kafka_conf_set(pointer, key, value, nil, 0)
        guard result == RD_KAFKA_CONF_OK else {
            // librdkafka's own sentence may quote the value, which may be a secret.
            throw KafkaError(
                local: result == RD_KAFKA_CONF_UNKNOWN
                    ? "librdkafka \(LibrdkafkaVersion.string) does not know the property \(key)"
                    : "librdkafka \(LibrdkafkaVersion.string) refuses the value of the property \(key)")
        }
        // Who looks at no certificate must not be told later that one was refused.
        if key == "enable.ssl.certificate.verification", ["false", "f", "0"].contains(value.lowercased()) {
            _ = rd_kafka_conf_set_ssl_cert_verify_cb(pointer, nil)
        }
    }

    func enableEvents(_ events: Int32) { rd_kafka_conf_set_events(pointer, events) }

    /// `opaque` is passed to the callback, and must live as long as the client.
    func setDeliveryReport(
        _ callback: @escaping @convention(c) (OpaquePointer?, UnsafePointer<rd_kafka_message_t>?, UnsafeMutableRawPointer?) -> Void,
        opaque: UnsafeMutableRawPointer
    ) {
        rd_kafka_conf_set_dr_msg_cb(pointer, callback)
        rd_kafka_conf_set_opaque(pointer, opaque)
    }

    /// `opaque` is passed to the interceptor as it is, and must live as long as the client.
    func addInterceptor(
        _ name: String,
        onNew:
            @escaping @convention(c) (
                OpaquePointer?, OpaquePointer?, UnsafeMutableRawPointer?, UnsafeMutablePointer<CChar>?, Int
            ) -> rd_kafka_resp_err_t,
        opaque: UnsafeMutableRawPointer
    ) throws(KafkaError) {
        try check(rd_kafka_conf_interceptor_add_on_new(pointer, name, onNew, opaque), "the interceptor \(name)")
    }

    /// Makes the client and gives the configuration over to it.
    ///
    /// - Throws: where settings do not fit together, or a file that they name cannot be used (a CA, a key).
    consuming func makeHandle(_ type: rd_kafka_type_t) throws(KafkaError) -> OpaquePointer {
        var message = [CChar](repeating: 0, count: 512)
        guard let handle = rd_kafka_new(type, pointer, &message, message.count) else {
            _ = consume self
            throw KafkaError(local: String(nulTerminated: message))
        }
        discard self
        return handle
    }
}
