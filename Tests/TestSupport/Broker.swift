internal import EventLoop
internal import Glibc
internal import Kafka
import Time

/// The broker that tests run against: the cluster of `KAFKA_BOOTSTRAP_SERVERS`, else Apache Kafka started from the distribution in
/// `KAFKA_HOME` (a folder with libs/*.jar), else the binary that `NOIDA_DB` names. Started once for the test process, and ended with it.
package final class Broker: Sendable {
    package enum Kind: Equatable, Sendable {
        /// A cluster that runs already, and goes on: its nodes are not the tests' to stop.
        case existing
        case apacheKafka
        /// A stand-in: it decides nothing about generations, open transactions and timeouts, and knows any topic.
        case noidaDB
    }

    package let kind: Kind
    package let bootstrapServers: String
    /// Nil: not ours.
    package let process: ChildProcess?

    private init(kind: Kind, bootstrapServers: String, process: ChildProcess?) {
        self.kind = kind
        self.bootstrapServers = bootstrapServers
        self.process = process
    }

    // MARK: Which

    /// What the environment offers; nil: nothing, and tests that need a broker are left out by name.
    package static let available: Kind? =
        environment("KAFKA_BOOTSTRAP_SERVERS") != nil
        ? .existing : environment("KAFKA_HOME") != nil ? .apacheKafka : environment("NOIDA_DB") != nil ? .noidaDB : nil

    package static var isAvailable: Bool { available != nil }

    /// Whether what only Kafka itself decides can be tested: generations, last stable offsets, transaction timeouts.
    package static var isKafka: Bool { available == .existing || available == .apacheKafka }

    /// The process's broker, started at the first call.
    package static func shared() async throws -> Broker { try await starting.value }

    private static let starting = Task { try await onThread { try start() } }

    /// A broker of the caller's own, to be stopped and killed: only where `available` is one that can be started.
    package static func start() throws -> Broker {
        switch available {
        case nil: throw ChildProcess.Failure(description: "neither KAFKA_BOOTSTRAP_SERVERS nor KAFKA_HOME nor NOIDA_DB is set")
        case .existing:
            let broker = Broker(kind: .existing, bootstrapServers: environment("KAFKA_BOOTSTRAP_SERVERS") ?? "", process: nil)
            try broker.waitUntilReady()
            return broker
        case .apacheKafka: return try startKafka(home: environment("KAFKA_HOME") ?? "")
        case .noidaDB: return try startNoidaDB(environment("NOIDA_DB") ?? "")
        }
    }

    private static func environment(_ name: String) -> String? {
        guard let value = getenv(name).map({ String(cString: $0) }), !value.isEmpty else { return nil }
        return value
    }

    // MARK: Starting

    private static func startNoidaDB(_ binary: String) throws -> Broker {
        let folder = try makeTemporaryFolder("noida-db")
        let port = FreePort.next()
        let process = try ChildProcess(
            [binary, "start", "--only", "kafka", "--kafka-port", "\(port)", "--data-dir", "\(folder)/data"], folder: folder)
        let broker = Broker(kind: .noidaDB, bootstrapServers: "127.0.0.1:\(port)", process: process)
        try broker.waitUntilReady()
        return broker
    }

    private static func startKafka(home: String) throws -> Broker {
        let folder = try makeTemporaryFolder("kafka")
        let port = FreePort.next()
        let settings = KafkaNodeSettings(folder: folder, clientPort: port, controllerPort: FreePort.next())
        try settings.write()
        // One shell from storage to server, so that the pid is the server's in the end.
        let process = try ChildProcess(["/bin/sh", "-c", settings.startCommand(home: home)], folder: folder)
        let broker = Broker(kind: .apacheKafka, bootstrapServers: "127.0.0.1:\(port)", process: process)
        try broker.waitUntilReady()
        return broker
    }

    private func waitUntilReady() throws {
        let admin = try Admin(bootstrapServers: bootstrapServers, properties: [(key: "log_level", value: "0")])
        let deadline = MonotonicInstant.now + .seconds(60)
        while true {
            do {
                _ = try admin.metadata(timeout: .seconds(1))
                return
            } catch {
                if let process, !process.isRunning { throw ChildProcess.Failure(description: "the broker ended while it started") }
                guard MonotonicInstant.now < deadline else { throw error }
            }
        }
    }

    // MARK: Topics

    /// Makes a topic that no other test knows, and waits until its leaders are known.
    package func makeTopic(_ stem: String = "test", partitions: Int = 1, settings: [(key: String, value: String)] = []) throws -> String {
        let name = "\(stem)-\(UInt64.random(in: 0 ... .max))"
        let admin = try Admin(bootstrapServers: bootstrapServers, properties: [])
        let topic = NewTopic(name: name, partitions: partitions, replicationFactor: 1, configuration: settings)
        _ = try admin.createTopics([topic], timeout: .seconds(30))
        let deadline = MonotonicInstant.now + .seconds(30)
        while MonotonicInstant.now < deadline {
            let found = try admin.metadata(timeout: .seconds(5)).topics[name]
            if let found, found.partitions == partitions, found.error == nil { return name }
        }
        throw ChildProcess.Failure(description: "the topic \(name) did not appear")
    }
}
