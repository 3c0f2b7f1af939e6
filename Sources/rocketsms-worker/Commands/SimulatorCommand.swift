internal import HTTPServer
internal import Requests
internal import RocketSMSSimulator
internal import SMSPipeline

/// `simulator`
struct SimulatorCommand: Command {
    static let configuration = CommandConfiguration(
        name: "simulator", abstract: "Play the provider over HTTP, with faults on demand; GET /_simulator/sends shows what was accepted.",
        discussion: "Switches (default, what is allowed):\n" + switches,
        example: "simulator --port 8081 --switch delivery-delay=3s --switch fault-reply-lost=0.01",
        options: [
            .value("--port", "PORT", "Where to listen on 127.0.0.1; 0 is any free port. Default: 8081."),
            .value("--seed", "NUMBER", "What all chance comes from. Default: 1."),
            .values("--switch", "NAME=VALUE", "How the provider behaves; may be given many times."),
        ],
        takesConfiguration: false)

    private static var switches: String {
        SimulatorConfiguration.switches.map { "  \($0.name)=\($0.defaultValue) (\($0.allowed)): \($0.summary)" }.joined(separator: "\n")
    }

    private let simulator: SimulatorConfiguration

    init(_ arguments: ParsedArguments) throws(UsageError) {
        var simulator = SimulatorConfiguration()
        simulator.port = try arguments.integer("--port", in: 0...65_535) ?? 8_081
        if let seed = try arguments.integer("--seed", in: 0...Int.max) { simulator.seed = UInt64(seed) }
        for text in arguments.all("--switch") {
            do throws(SimulatorSwitchError) { try simulator.set(switch: text) } catch {
                throw UsageError("--switch: \(error.description).")
            }
        }
        self.simulator = simulator
    }

    func run(_ context: CommandContext) async throws -> ExitStatus {
        let server: SimulatorServer
        do {
            server = try SimulatorServer(simulator)
        } catch let error as HTTPServerError {
            throw CommandFailure(.failed, "The simulator cannot listen on port \(simulator.port): \(error.description)")
        } catch let error as SimulatorSwitchError {
            throw CommandFailure(.usage, "--switch: \(error.description)")
        }
        defer { server.stop() }
        try context.console.print(
            "The provider is simulated at \(server.baseURL), user \(simulator.username), password \(simulator.password).")
        await Signals.wait()
        return .done
    }
}
