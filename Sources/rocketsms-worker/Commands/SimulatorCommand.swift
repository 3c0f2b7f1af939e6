internal import Glibc
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
            .value("--host", "ADDRESS", "Where to listen; whoever reaches it controls it. Default: 127.0.0.1."),
            .value("--port", "PORT", "Where to listen; 0 is any free port. Default: 8081."),
            .value("--smpp-port", "PORT", "Where to be a message centre (SMPP 3.4) too; 0 is any free port. Default: nowhere."),
            .value("--seed", "NUMBER", "What all chance comes from. Default: 1."),
            .flag("--tls", "Serve https on localhost, with a certificate made for this run."),
            .value("--tls-write", "PATH", "Where that certificate goes as PEM, for clients to trust; implies --tls."),
            .value("--tls-certificate", "PATH", "A certificate to serve https with, as PEM; with --tls-key."),
            .value("--tls-key", "PATH", "Its key, as PEM."),
            .values("--switch", "NAME=VALUE", "How the provider behaves; may be given many times."),
        ],
        takesConfiguration: false)

    private static var switches: String {
        SimulatorConfiguration.switches.map { "  \($0.name)=\($0.defaultValue) (\($0.allowed)): \($0.summary)" }.joined(separator: "\n")
    }

    private let simulator: SimulatorConfiguration
    private let tls: TLS

    private enum TLS {
        case off
        case selfMade(writtenTo: String?)
        case given(certificate: String, key: String)
    }

    init(_ arguments: ParsedArguments) throws(UsageError) {
        var simulator = SimulatorConfiguration()
        if let host = arguments["--host"] { simulator.host = host }
        simulator.port = try arguments.integer("--port", in: 0...65_535) ?? 8_081
        simulator.smppPort = try arguments.integer("--smpp-port", in: 0...65_535)
        if let seed = try arguments.integer("--seed", in: 0...Int.max) { simulator.seed = UInt64(seed) }
        for text in arguments.all("--switch") {
            do throws(SimulatorSwitchError) { try simulator.set(switch: text) } catch {
                throw UsageError("--switch: \(error.description).")
            }
        }
        self.simulator = simulator
        switch (arguments["--tls-certificate"], arguments["--tls-key"]) {
        case (let certificate?, let key?): tls = .given(certificate: certificate, key: key)
        case (nil, nil):
            tls = arguments.has("--tls") || arguments["--tls-write"] != nil ? .selfMade(writtenTo: arguments["--tls-write"]) : .off
        default: throw UsageError("--tls-certificate and --tls-key go together.")
        }
    }

    private func certificate() throws -> SimulatorConfiguration.Certificate? {
        switch tls {
        case .off: return nil
        case .given(let certificate, let key):
            return SimulatorConfiguration.Certificate(certificate: try Self.text(certificate), key: try Self.text(key))
        case .selfMade(let path):
            guard let made = SimulatorConfiguration.Certificate.selfMade() else {
                throw CommandFailure(.failed, "libcrypto makes no certificate.")
            }
            if let path, !Self.write(made.certificate, to: path) { throw CommandFailure(.failed, "\(path) cannot be written.") }
            return made
        }
    }

    private static func text(_ path: String) throws -> String {
        guard let file = fopen(path, "r") else { throw CommandFailure(.configuration, "\(path) cannot be read.") }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        return String(decoding: bytes[..<fread(&bytes, 1, bytes.count, file)], as: UTF8.self)
    }

    private static func write(_ text: String, to path: String) -> Bool {
        guard let file = fopen(path, "w") else { return false }
        let isWritten = fputs(text, file) >= 0
        return fclose(file) == 0 && isWritten
    }

    func run(_ context: CommandContext) async throws -> ExitStatus {
        let server: SimulatorServer
        var simulator = simulator
        simulator.certificate = try certificate()
        do {
            server = try SimulatorServer(simulator)
        } catch let error as HTTPServerError {
            throw CommandFailure(.failed, "The simulator cannot start: \(error.description)")
        } catch let error as SimulatorSwitchError {
            throw CommandFailure(.usage, "--switch: \(error.description)")
        }
        defer { server.stop() }
        try context.console.print(
            "The provider is simulated at \(server.baseURL), user \(simulator.username), password \(simulator.password).")
        if let port = server.smppPort {
            try context.console.print("Its message centre (SMPP 3.4) is at port \(port), with the same user and password.")
        }
        await Signals.wait()
        return .done
    }
}
