internal import CLibrdkafka
internal import Synchronization

/// Delivery reports until they are taken.
final class DeliveryReports: Sendable {
    private let reports = Mutex<[DeliveryReport]>([])

    func take() -> [DeliveryReport] {
        reports.withLock { reports in
            defer { reports = [] }
            return reports
        }
    }

    /// librdkafka's delivery report callback; the opaque is a `DeliveryReports`.
    static let receive: @convention(c) (OpaquePointer?, UnsafePointer<rd_kafka_message_t>?, UnsafeMutableRawPointer?) -> Void = {
        _, message, opaque in
        guard let message, let opaque else { return }
        Unmanaged<DeliveryReports>.fromOpaque(opaque).takeUnretainedValue().add(message.pointee)
    }

    private func add(_ message: rd_kafka_message_t) {
        let isDelivered = message.err == RD_KAFKA_RESP_ERR_NO_ERROR
        let report = DeliveryReport(
            tag: Int(bitPattern: message._private), partition: message.partition, offset: isDelivered ? message.offset : nil,
            error: isDelivered ? nil : KafkaError(message.err))
        reports.withLock { $0.append(report) }
    }
}
