import EventLoop
import Synchronization
import TestSupport
import Time

@testable import RocketSMS

/// A client on a loop of its own, for tests: calls wait for their replies, and the loop can be asked.
///
/// `@unchecked Sendable`: `client` and `waiting` are touched on the loop only.
final class ClientFixture: @unchecked Sendable {
    let loop: EventLoop
    private var client: RocketSMSClient
    private var waiting: [UInt64: CheckedContinuation<Reply, Never>] = [:]
    private var lastTag: UInt64 = 0

    init(_ configuration: RocketSMSClient.Configuration) throws {
        loop = try EventLoop(name: "client-test")
        client = try RocketSMSClient(configuration, loop: loop)
        client.receive = { [unowned self] tag, reply in waiting.removeValue(forKey: tag)?.resume(returning: reply) }
    }

    /// No connection ends for its age or its rest: between two steps of a test many seconds may go by.
    static func configuration(port: Int, timeout: Duration = .seconds(60)) throws -> RocketSMSClient.Configuration {
        var configuration = RocketSMSClient.Configuration(
            url: try ProviderURL("http://127.0.0.1:\(port)"),
            credentials: try RocketSMSCredentials(username: "192000000", password: "secret"))
        configuration.requestTimeout = timeout
        configuration.maximumIdleTime = .seconds(3_600)
        configuration.maximumConnectionAge = .seconds(3_600)
        return configuration
    }

    convenience init(port: Int, timeout: Duration = .seconds(60), _ change: (inout RocketSMSClient.Configuration) -> Void = { _ in }) throws
    {
        var configuration = try Self.configuration(port: port, timeout: timeout)
        change(&configuration)
        try self.init(configuration)
    }

    static let message = SendMessage(phone: "375290000000", text: "Код 1234")

    func send(_ message: SendMessage = ClientFixture.message) async -> SendOutcome {
        let reply = await call { $0.send(message, tag: $1) }
        guard case .send(let outcome) = reply else { fatalError("a send was answered by \(reply)") }
        return outcome
    }

    func status(_ id: String) async -> QueryOutcome<String> {
        let reply = await call { $0.status(id: id, tag: $1) }
        guard case .status(let outcome) = reply else { fatalError("a status was answered by \(reply)") }
        return outcome
    }

    func call(_ body: @escaping @Sendable (RocketSMSClient, UInt64) -> Void) async -> Reply {
        await withCheckedContinuation { continuation in
            loop.execute { [self] in
                lastTag += 1
                waiting[lastTag] = continuation
                body(client, lastTag)
            }
        }
    }

    func onLoop<Value: Sendable>(_ body: @escaping @Sendable (RocketSMSClient) -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            loop.execute { [self] in continuation.resume(returning: body(client)) }
        }
    }

    /// Waits until the last connection is closed, by whomever.
    func untilNothingIsOpen() async {
        await withCheckedContinuation { continuation in loop.execute { [self] in look(continuation) } }
    }

    private func look(_ continuation: CheckedContinuation<Void, Never>) {
        guard client.openConnections > 0 else { return continuation.resume() }
        loop.schedule(after: .milliseconds(1)) { [self] in look(continuation) }
    }

    /// Not on the pool that runs the tests: stopping waits for the loop's thread.
    func close() async {
        await onLoop { $0.close() }
        await withCheckedContinuation { continuation in
            guard let thread = try? WorkThread(name: "client-test-stop") else { return continuation.resume() }
            thread.finish { [loop] in
                loop.stop()
                continuation.resume()
            }
        }
    }
}

extension SendOutcome {
    var isAccepted: Bool { if case .accepted = self { true } else { false } }
}
