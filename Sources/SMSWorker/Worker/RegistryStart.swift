internal import EventLoop
internal import Glibc
internal import Logging
internal import Requests
internal import SchemaRegistry
internal import Time

/// What a schema registry is asked before the first record is read. Blocks.
struct RegistryStart {
    private let registry: WorkerConfiguration.Registry
    private let topic: String
    private let patience: Duration
    private let log: Logger

    init(_ configuration: WorkerConfiguration, log: Logger) {
        registry = configuration.registry
        topic = configuration.topics.status
        patience = configuration.kafka.startTimeout
        self.log = log
    }

    /// The frame of status events; empty where no registry is named. A registry that is away is waited for as long as a broker.
    func frame() throws(StartFailure) -> [UInt8] {
        guard let url = registry.url else { return [] }
        let client = SchemaRegistry(
            url: url, login: registry.username.map { SchemaRegistry.Login(username: $0, password: registry.password?.text ?? "") })
        let subject = "\(topic)-value"
        let deadline = MonotonicInstant.now + patience
        while true {
            do throws(SchemaRegistryError) {
                let id = try client.id(of: StatusEventSchema.text, subject: subject, registers: registry.registers)
                log.info(
                    "status events are framed for the schema registry",
                    metadata: [LogKeys.topic: "\(topic)", LogKeys.schemaID: "\(id)"])
                return SchemaFrame.bytes(id: id)
            } catch {
                let sentence = "the schema registry (SCHEMA_REGISTRY_URL): \(error)"
                switch error {
                case .refused: throw .refused(sentence)
                case .unfit: throw .unfit(sentence)
                case .unreachable:
                    guard MonotonicInstant.now < deadline else { throw .noBroker("\(sentence), within KAFKA_START_TIMEOUT") }
                    usleep(500_000)
                }
            }
        }
    }
}
