internal import Kafka

/// The producer of receipts: made when it is needed, and made anew where it is of no use any more. Blocks.
///
/// `@unchecked Sendable`: used on the writer's thread alone.
final class ReceiptProduction: @unchecked Sendable {
    /// What has come of it since the last time.
    struct Reports: Sendable {
        var written: [Int] = []
        var failed: [Int] = []
        /// The last of the errors.
        var error: KafkaError?
        /// The producer is gone, and with it all that it had.
        var isGone = false
    }

    private let partition: TopicPartition
    private var make: () throws(KafkaError) -> Producer
    private var producer: Producer?

    init(_ partition: TopicPartition, make: @escaping @Sendable () throws(KafkaError) -> Producer) {
        self.partition = partition
        self.make = make
    }

    /// - Parameter timeout: how long is waited for a report.
    func write(_ records: [(number: Int, octets: [UInt8])], timeout: Duration) -> Reports {
        var reports = Reports()
        do throws(KafkaError) {
            let producer = try open()
            for (number, octets) in records { produce(number, octets, with: producer, &reports) }
            for report in producer.takeReports(timeout: timeout) { add(report.tag, report.error, to: &reports) }
        } catch {
            reports.failed += records.map(\.number)
            reports.error = error
        }
        if let error = reports.error, [.fatal, .fenced].contains(error.classification) { drop(&reports) }
        return reports
    }

    private func open() throws(KafkaError) -> Producer {
        if let producer { return producer }
        let producer = try make()
        self.producer = producer
        return producer
    }

    /// The next producer is made by this.
    func use(_ make: @escaping @Sendable () throws(KafkaError) -> Producer) -> Reports {
        self.make = make
        var reports = Reports()
        drop(&reports)
        return reports
    }

    func drop() { producer = nil }

    private func drop(_ reports: inout Reports) {
        producer = nil
        reports.isGone = true
    }

    private func produce(_ number: Int, _ octets: [UInt8], with producer: Producer, _ reports: inout Reports) {
        let error: KafkaError? = octets.withUnsafeBytes { value in
            do throws(KafkaError) {
                try producer.produce(topic: partition.topic, partition: partition.partition, key: nil, value: value, tag: number)
                return nil
            } catch { return error }
        }
        if let error { add(number, error, to: &reports) }
    }

    private func add(_ number: Int, _ error: KafkaError?, to reports: inout Reports) {
        guard let error else { return reports.written.append(number) }
        reports.failed.append(number)
        reports.error = error
    }
}
