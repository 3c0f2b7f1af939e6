import EventLoop
import Glibc
import Kafka
import Requests
import SMSPipeline
import Synchronization
import TestSupport
import Time

@testable import SMSWorker
@testable import Simulation

/// Scripts on a real Kafka: the worker's own sessions, with topics and a group that no other script knows.
///
/// It lives on the loop's thread and keeps it: what sessions answer on their threads waits in a mailbox until the script lets time pass.
final class KafkaBench: ScriptBench {
    private let loop: EventLoop
    private let broker: Broker
    private let options: ClusterOptions
    private let suffix = String(UInt64.random(in: 0 ... .max), radix: 36)
    private let requests: String
    private let status: String
    private let deadLetter: String
    private let group: String
    private let producer: Producer
    private var members: [(member: ScriptMember, inbox: Inbox)] = []
    /// Of killed members: their transactions stay open as long as nobody ends them.
    private var torn: [TransactionalProducer] = []
    private var stems: [(member: ScriptMember, stem: String)] = []

    /// What comes on a session's threads.
    private final class Inbox: Sendable {
        private let answers = Mutex<[SessionAnswer]>([])
        private let opened = Mutex<Result<KafkaSession, KafkaError>?>(nil)

        func put(_ answer: SessionAnswer) { answers.withLock { $0.append(answer) } }
        func put(_ result: Result<KafkaSession, KafkaError>) { opened.withLock { $0 = result } }
        func takeAnswers() -> [SessionAnswer] {
            answers.withLock { list in
                defer { list = [] }
                return list
            }
        }
        func takeSession() -> Result<KafkaSession, KafkaError>? { opened.withLock { $0.take() } }
    }

    init(_ broker: Broker, on loop: EventLoop, _ change: (inout ClusterOptions) -> Void) throws {
        self.broker = broker
        self.loop = loop
        var options = ClusterOptions(topics: [], requestTopics: [])
        // Members are waited for in real time.
        options.sessionTimeout = .seconds(6)
        options.heartbeat = .seconds(1)
        change(&options)
        self.options = options
        requests = "sms.requests-\(suffix)"
        status = "sms.status-\(suffix)"
        deadLetter = "sms.dead-letter-\(suffix)"
        group = "conformance-\(suffix)"
        let admin = try Admin(bootstrapServers: broker.bootstrapServers, properties: [])
        _ = try admin.createTopics(
            [
                NewTopic(name: requests, partitions: 2, replicationFactor: 1),
                NewTopic(
                    name: requests + ".ledger", partitions: 2, replicationFactor: 1,
                    configuration: [(key: "cleanup.policy", value: "compact")]),
                NewTopic(name: status, partitions: 2, replicationFactor: 1),
                NewTopic(name: deadLetter, partitions: 1, replicationFactor: 1),
            ], timeout: .seconds(30))
        producer = try Producer(bootstrapServers: broker.bootstrapServers, properties: [])
    }

    // MARK: Time

    func wait(upTo limit: Duration, until isSo: () -> Bool) -> Bool {
        let deadline = MonotonicInstant.now + limit
        while true {
            for (member, inbox) in members {
                take(inbox, for: member)
                member.poll()
            }
            if isSo() { return true }
            guard MonotonicInstant.now < deadline else { return false }
            // Brokers say nothing to a script: they are asked again a little later.
            _ = Glibc.poll(nil, 0, 5)
        }
    }

    private func take(_ inbox: Inbox, for member: ScriptMember) {
        switch inbox.takeSession() {
        case .success(let session):
            do {
                try session.listen(on: loop, answer: { inbox.put($0) }, show: { _ in })
                member.session = session
            } catch { member.failure = BrokerError(.other, name: "\(error)") }
        case .failure(let error): member.failure = BrokerError(error)
        case nil: break
        }
        for answer in inbox.takeAnswers() { member.receive(answer) }
    }

    // MARK: Members

    func begin(stem: String, instanceID: String?) -> ScriptMember {
        var configuration = Options.standard
        configuration.kafka.bootstrapServers = broker.bootstrapServers
        configuration.kafka.groupID = group
        configuration.kafka.transactionalStem = stem
        configuration.kafka.instanceID = instanceID
        configuration.kafka.properties = KafkaProperties([
            (key: "session.timeout.ms", value: "\(options.sessionTimeout.milliseconds)"),
            (key: "heartbeat.interval.ms", value: "\(options.heartbeat.milliseconds)"),
            (key: "transaction.timeout.ms", value: "\(options.transactionTimeout.milliseconds)"),
            (key: "partition.assignment.strategy", value: options.isCooperative ? "cooperative-sticky" : "range"),
        ])
        configuration.topics.requests = [requests]
        configuration.topics.priorityRequests = []
        configuration.topics.status = status
        configuration.topics.deadLetter = deadLetter
        configuration.topics.ledgerSuffix = ".ledger"
        let member = ScriptMember(requests: requests, status: status, deadLetter: deadLetter)
        let inbox = Inbox()
        members.append((member, inbox))
        stems.append((member, stem))
        let factory = KafkaSessionFactory(
            configuration: configuration, access: KafkaAccess(properties: configuration.kafka.properties),
            limits: ProducerLimits(message: 1_000_000, batch: 1_000_000), partitionCount: 2)
        _ = factory.open { inbox.put($0) }
        return member
    }

    func open(stem: String, instanceID: String?) -> ScriptMember? {
        let member = begin(stem: stem, instanceID: instanceID)
        return wait(upTo: .seconds(40)) { member.session != nil } ? member : nil
    }

    /// A client library's threads cannot be made to stand still within a process.
    func freeze(_ member: ScriptMember) {}
    func thaw(_ member: ScriptMember) {}

    /// Its handles go without a word to the group.
    func kill(_ member: ScriptMember) {
        members.removeAll { $0.member === member }
        member.session?.abandon()
        member.session?.free()
        member.session = nil
    }

    /// The same as seen from the broker: a producer of its name has written, and says no more.
    func killInTransaction(_ member: ScriptMember, _ expect: ClusterScripts.Expectations) {
        let stem = stems.first { $0.member === member }?.stem ?? ""
        kill(member)
        do {
            let producer = try TransactionalProducer(
                transactionalID: "\(group)-\(stem)-0", bootstrapServers: broker.bootstrapServers,
                properties: [(key: "transaction.timeout.ms", value: "\(options.transactionTimeout.milliseconds)")])
            torn.append(producer)
            try producer.initTransactions(timeout: .seconds(30))
            try producer.begin()
            try Array("torn".utf8).withUnsafeBytes { bytes in
                try producer.produce(topic: requests + ".ledger", partition: 0, key: bytes, value: bytes, headers: nil)
                try producer.produce(topic: status, partition: 0, key: bytes, value: bytes, headers: nil)
            }
            try producer.flush(timeout: .seconds(10))
        } catch { expect.check(false, "a transaction writes: \(error)") }
    }

    func end() {
        for (member, _) in members { kill(member) }
        for producer in torn { producer.destroy() }
    }

    // MARK: The cluster

    func produce(partition: Int32, value: String) -> Int64 {
        let before =
            (try? reader().uncommittedWatermarks(TopicPartition(topic: requests, partition: partition), timeout: .seconds(5)).high) ?? -1
        _ = try? Array(value.utf8).withUnsafeBytes { bytes in
            try producer.produce(topic: requests, partition: partition, key: nil, value: bytes, headers: nil, tag: 0)
        }
        try? producer.flush(timeout: .seconds(10))
        return before
    }

    private func reader() throws(KafkaError) -> PartitionReader {
        try PartitionReader(bootstrapServers: broker.bootstrapServers, properties: [])
    }

    func statuses() -> [String] {
        var found: [String] = []
        for partition in 0..<Int32(2) { found += (try? values(of: status, partition)) ?? [] }
        return found.sorted()
    }

    private func values(of topic: String, _ partition: Int32) throws -> [String] {
        let place = TopicPartition(topic: topic, partition: partition)
        let reader = try LogReader(bootstrapServers: broker.bootstrapServers, isolation: .committed, properties: [])
        try reader.start(place, at: .offset(0))
        var found: [String] = []
        let deadline = MonotonicInstant.now + .seconds(5)
        while MonotonicInstant.now < deadline {
            guard let event = reader.poll(timeout: .milliseconds(100)) else { continue }
            switch consume event {
            case .record(let record):
                record.withValue { found.append(String(decoding: $0 ?? UnsafeRawBufferPointer(start: nil, count: 0), as: UTF8.self)) }
            case .endOfPartition: return found
            default: break
            }
        }
        return found
    }

    func committedOffset(partition: Int32) -> Int64? {
        guard let offsets = try? GroupOffsets(group: group, bootstrapServers: broker.bootstrapServers, properties: []) else { return nil }
        return try? offsets.committed(TopicPartition(topic: requests, partition: partition), timeout: .seconds(10))
    }

    func ledgerEnd(partition: Int32) -> Int64 {
        (try? reader().uncommittedWatermarks(TopicPartition(topic: requests + ".ledger", partition: partition), timeout: .seconds(5)).high)
            ?? -1
    }

    /// Whether some partition's stable end lies below its end.
    var isTransactionOpen: Bool {
        for (topic, count) in [(requests + ".ledger", 2), (status, 2)] {
            for partition in 0..<Int32(count) {
                let place = TopicPartition(topic: topic, partition: partition)
                guard let all = try? reader().uncommittedWatermarks(place, timeout: .seconds(5)).high,
                    let committed = try? LogReader(bootstrapServers: broker.bootstrapServers, isolation: .committed, properties: []),
                    let stable = try? committed.watermarks(place, timeout: .seconds(5)).high
                else { return true }
                if stable < all { return true }
            }
        }
        return false
    }

    // What only a simulated cluster does when it is told to.
    func expireRequests() {}
    func refuseStatuses(for duration: Duration) {}
    func brokerAway(for duration: Duration) {}
}
