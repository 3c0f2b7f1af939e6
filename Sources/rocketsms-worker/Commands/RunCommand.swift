internal import Logging
internal import Requests
internal import SMSPipeline
internal import SMSWorker

/// `run`
struct RunCommand: Command {
    static let configuration = CommandConfiguration(
        name: "run", abstract: "Send what the request topics ask for, until SIGTERM or SIGINT; a second one stops at once.",
        example: "run --kafka-bootstrap-servers broker:9092 --config worker.json")

    init(_ arguments: ParsedArguments) {}

    func run(_ context: CommandContext) async throws -> ExitStatus {
        let loaded = try context.load(requiring: .run, logsFrom: .trace)
        let worker = Worker(loaded.configuration, secrets: SecretFiles(loaded.settings))
        let signals = Signals { worker.drain() }
        defer { withExtendedLifetime(signals) {} }
        let log = Logger(label: "worker")
        switch await worker.run() {
        case .drained: return .done
        case .noBroker(let sentence):
            log.error("\(sentence)")
            return .noBroker
        case .refused(let sentence):
            log.error("\(sentence)")
            return .denied
        case .unfit(let sentence):
            log.error("\(sentence)")
            return .configuration
        case .failed(let sentence):
            log.error("\(sentence)")
            return .failed
        }
    }
}
