internal import EventLoop
internal import Kafka
internal import Logging
internal import Requests
internal import RocketSMSSimulator
internal import SMSPipeline
internal import SMSWorker
internal import Time

/// `demo`
struct DemoCommand: Command {
    static let configuration = CommandConfiguration(
        name: "demo", abstract: "Broker, provider and worker in this process: publish a few requests and show the way of each.",
        discussion: """
            Nothing leaves this machine and nothing is kept. The broker is librdkafka's mock cluster: the flow is real, its transactions are \
            not (they hide, fence and keep nothing). What the guarantees rest on is shown by scripts/test against Apache Kafka.
            """,
        example: "demo", takesConfiguration: false)

    /// How long the whole may take; the mock broker's group alone needs up to ten seconds.
    private static let limit = Duration.seconds(90)

    init(_ arguments: ParsedArguments) {}

    func run(_ context: CommandContext) async throws -> ExitStatus {
        LoggingSystem.bootstrap(level: .error, format: .text)
        let console = context.console
        let print: @Sendable (String) -> Void = { try? console.print($0) }
        print("A broker, the provider and the worker, in one process; no SMS is sent. The broker is librdkafka's mock cluster:")
        print("its transactions are accepted but not real ones. `scripts/test` shows the guarantees on Apache Kafka.\n")
        let cluster: MockCluster
        let simulator: SimulatorServer
        do {
            cluster = try MockCluster()
            for topic in ["sms.requests", "sms.requests.ledger"] { try cluster.createTopic(topic, partitions: 4) }
            for topic in ["sms.status", "sms.dead-letter"] { try cluster.createTopic(topic, partitions: 1) }
            simulator = try await Self.provider()
        } catch {
            throw CommandFailure(.failed, "The demonstration could not start: \(error)")
        }
        defer { simulator.stop() }
        let progress = DemoProgress(print: print)
        progress.say("broker at \(cluster.bootstrapServers), provider at \(simulator.baseURL)")
        let worker = Worker(try Self.configuration(cluster, simulator))
        async let end = worker.run()
        progress.say("the worker joins its group and restores the ledger (the mock broker takes some seconds) …")
        let status: ExitStatus
        do {
            status = try await Self.play(cluster, worker, progress)
        } catch {
            worker.drain()
            _ = await end
            throw error
        }
        worker.drain()
        _ = await end
        let sends = await simulator.sends()
        Self.summary(sends, progress, print)
        return status
    }

    private static func provider() async throws -> SimulatorServer {
        var configuration = SimulatorConfiguration()
        try configuration.set(switch: "phone-minimum-digits", to: "9")
        try configuration.set(switch: "queue-delay", to: "300ms")
        try configuration.set(switch: "delivery-delay", to: "1500ms")
        let simulator = try SimulatorServer(configuration)
        var change = FaultChange(
            FaultRule(.replyLost, endpoint: .send, phoneSuffix: "0004"), FaultRule(.replyLost, endpoint: .send, phoneSuffix: "0005"))
        change.fates = [FateRule(phoneSuffix: "0007", final: "FAILED")]
        try await simulator.change(change)
        return simulator
    }

    private static func configuration(_ cluster: MockCluster, _ simulator: SimulatorServer) throws -> WorkerConfiguration {
        try ConfigurationLoader(
            environment: [
                "KAFKA_BOOTSTRAP_SERVERS": cluster.bootstrapServers, "ROCKETSMS_BASE_URL": simulator.baseURL,
                "ROCKETSMS_USERNAME": "123456789", "ROCKETSMS_PASSWORD": "simulator", "ADMIN_PORT": "0", "SEND_BACKOFF": "500ms",
                "TRACK_CADENCE": "500ms,500ms,1s", "ROCKETSMS_REQUEST_TIMEOUT": "5s",
            ]
        ).load(requiring: .run).configuration
    }

    private static func play(_ cluster: MockCluster, _ worker: Worker, _ progress: DemoProgress) async throws -> ExitStatus {
        let start = MonotonicInstant.now
        while !worker.health.snapshot.isReady {
            guard MonotonicInstant.now - start < limit else {
                throw CommandFailure(.failed, "The worker was not ready in time: \(worker.health.snapshot.reason ?? "no reason given").")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        progress.say("ready; publishing \(DemoStory.all.count) requests to sms.requests")
        let events = try DemoTopicTail(topic: "sms.status", bootstrapServers: cluster.bootstrapServers) { progress.event($0) }
        defer { events.stop() }
        let letters = try DemoTopicTail(topic: "sms.dead-letter", bootstrapServers: cluster.bootstrapServers) { progress.deadLetter($0) }
        defer { letters.stop() }
        try publish(cluster)
        while !DemoStory.all.allSatisfy({ progress.isEnded($0) }) {
            guard MonotonicInstant.now - start < limit else { return .failed }
            try await Task.sleep(for: .milliseconds(50))
        }
        return .done
    }

    private static func publish(_ cluster: MockCluster) throws {
        let producer = try TransactionalProducer(transactionalID: "demo", bootstrapServers: cluster.bootstrapServers, properties: [])
        try producer.initTransactions(timeout: .seconds(10))
        try producer.begin()
        for story in DemoStory.all {
            for _ in 0..<(story.isRepeated ? 2 : 1) {
                try Array(story.id.utf8).withUnsafeBytes { key in
                    try story.value.withUnsafeBytes { value in
                        try producer.produce(topic: "sms.requests", partition: nil, key: key, value: value)
                    }
                }
            }
        }
        try producer.commit(timeout: .seconds(10))
        producer.destroy()
    }

    private static func summary(_ sends: [SimulatedSend], _ progress: DemoProgress, _ print: (String) -> Void) {
        func pad(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(1, width - text.count)) }
        print("\n" + pad("request", 13) + pad("SMS", 5) + pad("events", 28) + "last word")
        for story in DemoStory.all {
            let count = sends.count { $0.phone == story.phone }
            let line = progress.line(story.id)
            let last = line.map { $0.last } ?? (progress.isDeadLetter(story.id) ? "dead letter" : "none yet")
            print(pad(story.id, 13) + pad("\(count)", 5) + pad(line?.statuses.joined(separator: " → ") ?? "–", 28) + last)
            print(String(repeating: " ", count: 13) + story.shows)
        }
        print("\nSMS: how many the simulated provider accepted. Try it against your own Kafka: README, \"Try it\".")
    }
}
