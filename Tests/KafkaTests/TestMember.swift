import EventLoop
import Kafka
import Testing
import Time

/// A group member that answers its events at once, on the thread that turns it: it takes partitions where the group has committed them,
/// reads on, and commits its positions in a transaction when they are revoked, as the worker does.
final class TestMember {
    enum Event: Equatable {
        case assign([TopicPartition])
        case revoke([TopicPartition], isLost: Bool)
        case error(KafkaError)
    }

    let consumer: Consumer
    /// The next offset of each partition that is assigned.
    private(set) var positions: [TopicPartition: Int64] = [:]
    private(set) var events: [Event] = []
    private(set) var statistics: [Statistics] = []
    /// What was read, in order of arrival.
    private(set) var records: [(partition: TopicPartition, offset: Int64)] = []
    /// How often a record or an end came that lies above the next offset: nothing but records stands in these topics, so the seek was
    /// lost and is done again.
    private(set) var seeksAgain = 0
    private var hasLeft = false
    private let producer: TransactionalProducer?
    private let descriptor: CInt

    /// - Parameter committing: the transactional id for committing positions; nil: none are committed, and partitions begin at 0.
    init(
        _ bootstrapServers: String, group: String, instance: String? = nil, topic: String,
        properties: [(key: String, value: String)] = [], committing transactionalID: String? = nil
    ) throws {
        producer = try transactionalID.map {
            let producer = try TransactionalProducer(transactionalID: $0, bootstrapServers: bootstrapServers, properties: [])
            try producer.initTransactions(timeout: .seconds(30))
            return producer
        }
        consumer = try Consumer(
            group: group, instanceID: instance, bootstrapServers: bootstrapServers,
            properties: [
                (key: "heartbeat.interval.ms", value: "200"), (key: "session.timeout.ms", value: "6000"),
                (key: "fetch.wait.max.ms", value: "20"),
            ] + properties, topics: [topic])
        descriptor = try EventDescriptor.make()
        consumer.wake(eventDescriptor: descriptor)
    }

    /// It leaves first, so that the next one of its group need not wait for its session; one that is fenced never ends to leave.
    deinit {
        do { if !errors.contains(where: { $0.classification == .fencedInstance }) { try leave() } } catch {
            Issue.record("\(error); errors before: \(errors)")
        }
        consumer.destroy()
        EventDescriptor.close(descriptor)
    }

    var assigned: Set<TopicPartition> { Set(positions.keys) }

    var assigns: [[TopicPartition]] { events.compactMap { if case .assign(let partitions) = $0 { partitions } else { nil } } }

    var revokes: [[TopicPartition]] { events.compactMap { if case .revoke(let partitions, _) = $0 { partitions } else { nil } } }

    var errors: [KafkaError] { events.compactMap { if case .error(let error) = $0 { error } else { nil } } }

    /// Handles up to so many events, waiting up to `timeout` for the first.
    func turn(atMost limit: Int = 100, timeout: Duration = .milliseconds(5)) throws {
        for count in 0..<limit {
            if let event = consumer.poll() {
                try handle(event)
            } else if count > 0 || !waitReadable(descriptor, timeout) {
                return
            }
        }
    }

    /// Turns until `isDone`.
    ///
    /// - Throws: when it is not after so long.
    func turn(until what: String, within limit: Duration = .seconds(30), _ isDone: () throws -> Bool) throws {
        try waitUntil(what, within: limit) {
            try turn()
            return try isDone()
        }
    }

    func join() throws { try turn(until: "an assignment") { !assigned.isEmpty } }

    /// The last revoke is answered by later turns.
    func beginToLeave() {
        if !hasLeft { consumer.closeQueue() }
        hasLeft = true
    }

    /// Leaves the group, with the last revoke as an event.
    func leave() throws {
        beginToLeave()
        try turn(until: "the member's end") { consumer.isClosed }
    }

    func metadata() throws -> GroupMetadata {
        guard let metadata = consumer.groupMetadata() else { throw TooLate(description: "librdkafka gave no group metadata") }
        return metadata
    }

    private func handle(_ event: consuming ConsumerEvent) throws {
        switch consume event {
        case .record(let record):
            try take(TopicPartition(topic: record.topic.name, partition: record.partition), record.offset)
        case .endOfPartition(let partition, let offset):
            if let next = positions[partition], offset > next { try seekAgain(partition, to: next) }
        case .assign(let partitions):
            events.append(.assign(partitions))
            try consumer.assign(partitions)
            for partition in partitions { positions[partition] = 0 }
            if producer != nil {
                for partition in partitions { positions[partition] = try consumer.committed(partition, timeout: .seconds(20)) ?? 0 }
            }
            if !partitions.isEmpty { try consumer.resume(partitions) }
            for partition in partitions { try consumer.seek(partition, to: positions[partition] ?? 0) }
        case .revoke(let partitions, let isLost):
            events.append(.revoke(partitions, isLost: isLost))
            if !isLost { try commit(partitions) }
            for partition in partitions { positions[partition] = nil }
            try consumer.unassign(partitions)
        case .statistics(let statistics): if let statistics { self.statistics.append(statistics) }
        case .error(let error): events.append(.error(error))
        }
    }

    private func take(_ partition: TopicPartition, _ offset: Int64) throws {
        // Of an assignment that has ended, or a repeat (librdkafka 2.0 repeats after a resume).
        guard let next = positions[partition], offset >= next else { return }
        guard offset == next else { return try seekAgain(partition, to: next) }
        positions[partition] = offset + 1
        records.append((partition, offset))
    }

    private func seekAgain(_ partition: TopicPartition, to offset: Int64) throws {
        seeksAgain += 1
        try consumer.seek(partition, to: offset)
    }

    private func commit(_ partitions: [TopicPartition]) throws {
        guard let producer, !partitions.isEmpty, let metadata = consumer.groupMetadata() else { return }
        try producer.begin()
        try producer.sendOffsets(
            partitions.map { ConsumerOffset(topic: $0.topic, partition: $0.partition, offset: positions[$0] ?? 0) }, metadata: metadata,
            timeout: .seconds(20))
        try producer.commit(timeout: .seconds(20))
    }
}
