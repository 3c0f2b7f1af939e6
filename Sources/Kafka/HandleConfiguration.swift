internal import CLibrdkafka
internal import Logging

/// Owner of a librdkafka configuration until a handle takes it over.
struct HandleConfiguration: ~Copyable {
    private let pointer: OpaquePointer

    init() {
        guard let pointer = rd_kafka_conf_new() else { preconditionFailure("librdkafka makes a configuration unless memory has run out") }
        self.pointer = pointer
        rd_kafka_conf_set_log_cb(pointer, KafkaLog.receive)
    }

    /// Sets all in order; the last one of a key counts.
    func set(_ properties: [(key: String, value: String)]) throws(KafkaError) {
        for (key, value) in properties { try set(key, value) }
    }

    deinit { rd_kafka_conf_destroy(pointer) }

    func set(_ key: String, _ value: String) throws(KafkaError) {
        var message = [CChar](repeating: 0, count: 512)
        let result = rd_kafka_conf_set(pointer, key, value, &message, message.count)
        guard result == RD_KAFKA_CONF_OK else {
            // librdkafka's sentence may quote the value, which may be a secret.
            throw KafkaError(
                local: result == RD_KAFKA_CONF_UNKNOWN
                    ? "librdkafka \(LibrdkafkaVersion.string) does not know the property \(key)"
                    : "librdkafka \(LibrdkafkaVersion.string) refuses the value of the property \(key)")
        }
    }

    func enableEvents(_ events: Int32) { rd_kafka_conf_set_events(pointer, events) }

    func setDeliveryReport(
        _ callback: @escaping @convention(c) (OpaquePointer?, UnsafePointer<rd_kafka_message_t>?, UnsafeMutableRawPointer?) -> Void,
        opaque: UnsafeMutableRawPointer
    ) {
        rd_kafka_conf_set_dr_msg_cb(pointer, callback)
        rd_kafka_conf_set_opaque(pointer, opaque)
    }

    /// Makes the handle and gives the configuration over to it.
    consuming func makeHandle(_ type: rd_kafka_type_t) throws(KafkaError) -> OpaquePointer {
        var message = [CChar](repeating: 0, count: 512)
        guard let handle = rd_kafka_new(type, pointer, &message, message.count) else {
            _ = consume self
            throw KafkaError(local: String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
        }
        discard self
        return handle
    }
}

/// The library that is linked at run time.
package enum LibrdkafkaVersion {
    package static var string: String { rd_kafka_version_str().map { String(cString: $0) } ?? "unknown" }
    /// `0xMMmmrrxx`.
    package static var number: Int32 { rd_kafka_version() }
}

/// librdkafka's own log lines, in ours. They come from its threads; a storm of them (a broker that is down) is thinned out.
enum KafkaLog {
    static let logger = Logger(label: "librdkafka")

    static let receive: @convention(c) (OpaquePointer?, Int32, UnsafePointer<CChar>?, UnsafePointer<CChar>?) -> Void = { _, level, facility, text in
        guard let facility, let text else { return }
        let line = String(cString: text)
        let source = String(cString: facility)
        // Connection trouble repeats per broker and second and shows as errors and metrics of ours: warning is enough for the rest.
        switch level {
        case ...3: KafkaLog.logger.warning("\(source): \(line)")
        case 4: KafkaLog.logger.notice("\(source): \(line)")
        default: KafkaLog.logger.debug("\(source): \(line)")
        }
    }
}
