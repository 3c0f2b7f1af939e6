internal import Requests
internal import SMSPipeline
internal import SMSWorker

/// `healthcheck`
struct HealthcheckCommand: Command {
    static let sections: [String]? = ["admin"]
    static let configuration = CommandConfiguration(
        name: "healthcheck", abstract: "Ask the worker on this machine whether it lives, or is ready: exit 0 or 1.",
        discussion: """
            For a container's health check. It asks ADMIN_HOST and ADMIN_PORT, as the worker has them; for the whole of 0.0.0.0 or :: \
            this machine itself. Without --ready a worker that waits for Kafka is well.
            """,
        example: "healthcheck --ready", options: [.flag("--ready", "Ask /readyz: joined, restored, and not draining.")])

    private let path: String

    init(_ arguments: ParsedArguments) { path = arguments.has("--ready") ? "/readyz" : "/livez" }

    func run(_ context: CommandContext) async throws -> ExitStatus {
        let admin = try context.load(requiring: []).configuration.admin
        let path = path
        guard admin.port > 0 else { throw UsageError("ADMIN_PORT is 0: nobody knows which port the worker has chosen.") }
        switch try await Blocking.run({ AdminProbe.ask(host: admin.host, port: admin.port, path: path) }) {
        case .answered(200, _): return .done
        case .answered(let status, let body):
            context.console.note("HTTP \(status): \(body)")
            return .findings
        case .failed(let reason):
            context.console.note("The admin port \(admin.host):\(admin.port) cannot be asked: \(reason).")
            return .findings
        }
    }
}
