internal import EventLoop
internal import HTTPServer
internal import Time

/// The provider over real HTTP, on one thread. Everything that `/_simulator/…` offers is here too, for tests in the same process; those
/// calls return when they have taken effect.
///
///     let simulator = try SimulatorServer(SimulatorConfiguration())
///     defer { simulator.stop() }
///     try await simulator.change(FaultChange(FaultRule(.replyLost, endpoint: .send)))
package final class SimulatorServer: Sendable {
    package let port: Int
    /// The message centre's; nil where there is none.
    package var smppPort: Int? { listener?.port }
    private let isSecure: Bool
    private let server: HTTPServer
    private let runtime: SimulatorRuntime
    private let listener: CentreListener?

    /// Serves from now on.
    ///
    /// - Throws: `HTTPServerError` when it cannot listen, `EventLoopError` without a thread for the message centre, `SimulatorSwitchError` when the shares of faults are more than 1 together.
    package init(_ configuration: SimulatorConfiguration) throws {
        let runtime = try SimulatorRuntime(configuration)
        var http = HTTPServerConfiguration(host: configuration.host, port: configuration.port, threadName: "rocketsms-sim")
        http.maximumConnections = 4_096
        http.idleTimeout = .seconds(300)
        http.tls = configuration.certificate.map { HTTPServerConfiguration.TLS(certificate: $0.certificate, key: $0.key) }
        isSecure = configuration.certificate != nil
        server = try HTTPServer(http) { request in runtime.handle(request) }
        self.runtime = runtime
        port = server.port
        do {
            listener = try configuration.smppPort.map { [server] port in
                try CentreListener(host: configuration.host, port: port) { [weak server] event in server?.execute { runtime.take(event) } }
            }
        } catch {
            server.stop()
            throw error
        }
        server.execute { [weak server, weak listener] in
            runtime.server = server
            runtime.listener = listener
        }
    }

    deinit { stop() }

    /// For the base URL of clients: `http://127.0.0.1:8081`.
    package var baseURL: String { "\(isSecure ? "https" : "http")://127.0.0.1:\(port)" }

    /// Ends all connections; returns when the thread has ended.
    package func stop() {
        server.execute { [runtime] in runtime.prepareStop() }
        server.stop()
        listener?.stop()
    }

    // MARK: Record

    /// Accepted messages from sequence number `first` (from 1) on; none after the stop.
    package func sends(from first: Int = 1, limit: Int = .max) async -> [SimulatedSend] {
        await perform { $0.provider.sends(from: first, limit: limit, at: $0.now) } ?? []
    }

    /// Messages accepted so far, those no longer kept included.
    package func total() async -> Int { await perform { $0.provider.total } ?? 0 }

    /// Parts accepted by SMPP, from number `first` (from 1) on; none after the stop.
    package func parts(from first: Int = 1, limit: Int = .max) async -> [SubmittedPart] {
        await perform { Array($0.centre.log.parts(from: first, limit: limit)) } ?? []
    }

    package func messageCentreCounters() async -> MessageCentreCounters { await perform { $0.centre.counters } ?? MessageCentreCounters() }

    package func counters() async -> RequestCounters { await perform { $0.counters } ?? RequestCounters() }

    package func rates() async -> RateHistory { await perform { $0.rates } ?? RateHistory() }

    /// Waits until so many messages are accepted.
    ///
    /// - Returns: false when that was not so in time.
    package func waitForSends(_ count: Int, within limit: Duration = .seconds(10)) async -> Bool {
        await wait(.sends(count), within: limit)
    }

    // MARK: Faults

    /// - Throws: `SimulatorSwitchError`; nothing is changed then.
    package func change(_ change: FaultChange) async throws {
        try await perform { runtime in Result { () throws(SimulatorSwitchError) in try runtime.apply(change) } }?.get()
    }

    /// Requests that are held.
    package func held() async -> Int { await perform { $0.heldCount } ?? 0 }

    /// Waits until so many requests are held.
    ///
    /// - Returns: false when that was not so in time.
    package func waitForHeld(_ count: Int, within limit: Duration = .seconds(10)) async -> Bool {
        await wait(.held(count), within: limit)
    }

    package func release(_ release: FaultRelease = FaultRelease()) async throws {
        var change = FaultChange()
        change.release = release
        try await self.change(change)
    }

    /// Until the next call, or for a time.
    package func setOutage(_ outage: Outage, for duration: Duration? = nil) async throws {
        var change = FaultChange()
        change.outage = outage
        change.outageDuration = duration
        try await self.change(change)
        // A refusal takes effect after the call that asks for it.
        await perform { _ in }
    }

    // MARK: Account and clock

    /// Advances the provider's clock.
    package func advance(by duration: Duration) async { await perform { $0.clock.advance(by: duration) } }

    package func credits() async -> Int { await perform { $0.credits } ?? 0 }

    package func setCredits(_ credits: Int) async { await perform { $0.changeCredits(to: credits) } }

    package func setPassword(_ password: String) async {
        await perform { runtime in
            let username = String(decoding: runtime.provider.credentials.username, as: UTF8.self)
            runtime.provider.credentials = Credentials(username: username, password: password)
        }
    }

    /// - Throws: `SimulatorSwitchError` as `SimulatorConfiguration.set(switch:to:)`; nothing is changed then.
    package func set(switch name: String, to value: String) async throws {
        try await perform { runtime in
            Result { () throws(SimulatorSwitchError) in
                var configuration = SimulatorConfiguration()
                configuration.switches = runtime.provider.switches
                try configuration.set(switch: name, to: value)
                try runtime.set(configuration.switches)
            }
        }?.get()
    }

    // MARK: -

    private func wait(_ condition: Waiters.Condition, within limit: Duration) async -> Bool {
        await withCheckedContinuation { continuation in
            let isPosted = server.execute { [runtime] in
                runtime.wait(condition, within: limit) { continuation.resume(returning: $0) }
            }
            if !isPosted { continuation.resume(returning: false) }
        }
    }

    /// Runs `body` on the server's thread; nil when that has ended.
    @discardableResult
    private func perform<Value: Sendable>(_ body: @escaping @Sendable (SimulatorRuntime) -> Value) async -> Value? {
        await withCheckedContinuation { continuation in
            let isPosted = server.execute { [runtime] in
                let value = body(runtime)
                runtime.turnCentre()
                continuation.resume(returning: value)
            }
            if !isPosted { continuation.resume(returning: nil) }
        }
    }
}
