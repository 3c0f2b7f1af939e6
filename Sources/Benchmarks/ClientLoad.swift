internal import EventLoop
internal import RocketSMS
internal import Time

/// A closed loop of sends: each connection begins the next when its last is answered.
///
/// `@unchecked Sendable`: after `init` everything is touched on the loop only, and read again when the loop has ended.
final class ClientLoad: @unchecked Sendable {
    struct Result {
        var requests = 0
        var failures = 0
        var elapsed = Duration.zero
        /// Of all threads of the process.
        var cpu = Duration.zero

        var json: String {
            """
            {"requests": \(requests), "seconds": \(Double(elapsed.nanoseconds) / 1e9), "cpu_seconds": \(Double(cpu.nanoseconds) / 1e9)}
            """
        }
    }

    private let loop: EventLoop
    private let connections: Int
    private var client: RocketSMSClient
    private let message = SendMessage(phone: "375290000000", text: "Your code is 123456")
    private var endsAt = MonotonicInstant(nanoseconds: 0)
    private var running = 0
    private var result = Result()

    init(port: Int, connections: Int) throws {
        self.connections = connections
        loop = try EventLoop(name: "load")
        var configuration = RocketSMSClient.Configuration(
            url: try ProviderURL("http://127.0.0.1:\(port)"),
            credentials: try RocketSMSCredentials(username: "123456789", password: "simulator"))
        configuration.maximumConnections = connections
        client = try RocketSMSClient(configuration, loop: loop)
    }

    /// Blocks until it is over. The time in which connections are opened does not count.
    func run(for duration: Duration) -> Result {
        let isDone = ThreadSignal()
        loop.execute { [self] in warmUp { [self] in measure(for: duration) { isDone.fire() } } }
        isDone.wait()
        loop.stop()
        return result
    }

    /// A few rounds on every connection.
    private func warmUp(_ done: @escaping () -> Void) {
        var left = connections * 20
        client.receive = { [self] tag, _ in
            left -= 1
            if left >= connections { return client.send(message, tag: tag) }
            if left == 0 { done() }
        }
        for tag in 0..<connections { client.send(message, tag: UInt64(tag)) }
    }

    private func measure(for duration: Duration, _ done: @escaping () -> Void) {
        let begun = loop.updateNow()
        let cpu = CPUTime.now
        endsAt = begun + duration
        running = connections
        client.receive = { [self] tag, reply in
            result.requests += 1
            if case .send(.accepted) = reply {} else { result.failures += 1 }
            if loop.now < endsAt { return client.send(message, tag: tag) }
            running -= 1
            guard running == 0 else { return }
            result.elapsed = loop.updateNow() - begun
            result.cpu = CPUTime.now - cpu
            client.close()
            done()
        }
        for tag in 0..<connections { client.send(message, tag: UInt64(tag)) }
    }
}
