import JSON
import RocketSMSSimulator
import TestSupport
import Testing

/// A running simulator, and requests to it that carry its credentials.
struct SimulatorFixture {
    let simulator: SimulatorServer
    private let probe: HTTPProbe

    /// The md5 of the default password.
    static let md5 = "a9d9e8ac27d4a4562e6249de8ac31cae"
    static let login = "username=123456789&password=\(md5)"

    /// - Parameter switches: `name=value`; the clock is manual unless they say otherwise.
    init(_ switches: String..., change: (inout SimulatorConfiguration) -> Void = { _ in }) throws {
        var configuration = SimulatorConfiguration()
        configuration.port = FreePort.next()
        try configuration.set(switch: "clock=manual")
        for text in switches { try configuration.set(switch: text) }
        change(&configuration)
        simulator = try SimulatorServer(configuration)
        probe = try HTTPProbe(port: simulator.port)
    }

    func stop() { simulator.stop() }

    /// A POST with a form; the outcome as it is.
    func outcome(_ path: String, _ form: String) async -> HTTPProbe.Outcome {
        await probe.post("/simple/\(path)", form: form.isEmpty ? Self.login : "\(Self.login)&\(form)")
    }

    /// The body of the answer; empty where there is no whole answer.
    func call(_ path: String, _ form: String = "") async -> String { await outcome(path, form).reply?.text ?? "" }

    func send(_ form: String) async -> String { await call("send", form) }

    func raw(_ method: String, _ target: String, headers: [String] = [], body: String = "") async -> HTTPProbe.Outcome {
        await probe.request(method, target, headers: headers, body: body)
    }

    /// A control request; its answer.
    @discardableResult
    func control(_ name: String, _ body: String? = nil, status: Int = 200) async throws -> JSONValue {
        let outcome = await raw(body == nil ? "GET" : "POST", "/_simulator/\(name)", body: body ?? "")
        let reply = try #require(outcome.reply)
        #expect(reply.status == status, "\(reply.text)")
        return try JSONValue(parsing: reply.body)
    }
}
