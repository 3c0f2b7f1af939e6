internal import EventLoop
internal import Kafka
internal import Requests
internal import SMSPipeline
internal import SMSWorker
internal import Time

/// Follows the status topic, all partitions, as its consumers see it: committed events only. Blocks; one thread.
struct StatusTail {
    /// How often new partitions are looked for.
    private static let refresh = Duration.seconds(30)

    private let topic: String
    private let reader: LogReader
    private var started: Int32 = 0
    private var looked = MonotonicInstant.now

    /// Reads from here on, or from the beginning: what is published after this call is seen.
    init(_ cluster: Cluster, fromBeginning: Bool) throws(CommandFailure) {
        topic = cluster.topics.status
        let partitions = try cluster.partitions(of: topic)
        do throws(KafkaError) {
            let kafka = cluster.configuration.kafka
            reader = try LogReader(
                bootstrapServers: kafka.bootstrapServers, isolation: .committed, properties: kafka.properties.forConsumers)
            for partition in 0..<Int32(partitions) {
                let place = TopicPartition(topic: topic, partition: partition)
                // Asked now: librdkafka would find the end out later.
                let end = fromBeginning ? 0 : try reader.watermarks(place, timeout: Cluster.timeout).high
                try reader.start(place, at: fromBeginning ? .beginning : .offset(end))
            }
            started = Int32(partitions)
        } catch {
            throw CommandFailure("The topic \(topic) cannot be read", error)
        }
    }

    var partitions: Int { Int(started) }

    /// The next event; nil: none within `timeout`, or a record that is no event.
    mutating func next(timeout: Duration) throws(CommandFailure) -> PublishedEvent? {
        do throws(KafkaError) {
            try lookForPartitions()
            switch reader.poll(timeout: timeout) {
            case .record(let record): return Self.event(record)
            case .error(let error):
                // Connections come and go.
                guard error.isTransport else { throw error }
            case .endOfPartition: break
            case .assign: break
            case .revoke: break
            case .statistics: break
            case nil: break
            }
            return nil
        } catch {
            throw CommandFailure("The topic \(topic) cannot be read", error)
        }
    }

    private mutating func lookForPartitions() throws(KafkaError) {
        guard MonotonicInstant.now - looked > Self.refresh else { return }
        looked = .now
        guard let found = (try? reader.metadata(of: [topic], timeout: .seconds(5)))?.topics[topic] else { return }
        for partition in started..<max(started, Int32(found.partitions)) {
            try reader.start(TopicPartition(topic: topic, partition: partition), at: .beginning)
            started = partition + 1
        }
    }

    static func event(_ record: borrowing Record) -> PublishedEvent? {
        var eventID: [UInt8]?
        record.withHeaders { name, value in
            if name.elementsEqual("ce_id".utf8) { eventID = value.map { [UInt8]($0) } }
        }
        return PublishedEvent(eventID: eventID, value: record.withValue { $0.map { [UInt8]($0) } })
    }
}
