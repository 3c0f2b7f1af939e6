package import EventLoop

/// The API for one call at a time: the same client on a loop of its own, with `await`.
package actor RocketSMSAPI {
    private nonisolated let loop: EventLoop
    package nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    private nonisolated let configuration: RocketSMSClient.Configuration
    private var client: RocketSMSClient?
    private var nextTag: UInt64 = 0
    private var waiting: [UInt64: CheckedContinuation<ProviderReply, Never>] = [:]

    package init(_ configuration: RocketSMSClient.Configuration) throws(EventLoopError) {
        self.configuration = configuration
        loop = try EventLoop(name: "provider")
    }

    package func send(_ message: SendMessage) async throws(EventLoopError) -> ProviderOutcome<SendReceipt> {
        guard case .sent(let outcome) = try await ask({ $0.send(message, tag: $1) }) else { preconditionFailure("a send is answered as one") }
        return outcome
    }

    package func status(id: String) async throws(EventLoopError) -> ProviderOutcome<String> {
        guard case .status(let outcome) = try await ask({ $0.status(id: id, tag: $1) }) else { preconditionFailure("a status is answered as one") }
        return outcome
    }

    package func balance() async throws(EventLoopError) -> ProviderOutcome<Balance> {
        guard case .balance(let outcome) = try await ask({ $0.balance(tag: $1) }) else { preconditionFailure("a balance is answered as one") }
        return outcome
    }

    package func senders() async throws(EventLoopError) -> ProviderOutcome<[Sender]> {
        guard case .senders(let outcome) = try await ask({ $0.senders(tag: $1) }) else { preconditionFailure("senders are answered as such") }
        return outcome
    }

    package func addSender(_ name: String) async throws(EventLoopError) -> ProviderOutcome<String> {
        guard case .senderAdded(let outcome) = try await ask({ $0.addSender(name, tag: $1) }) else {
            preconditionFailure("an added sender is answered as one")
        }
        return outcome
    }

    package func templates() async throws(EventLoopError) -> ProviderOutcome<[Template]> {
        guard case .templates(let outcome) = try await ask({ $0.templates(tag: $1) }) else { preconditionFailure("templates are answered as such") }
        return outcome
    }

    /// Closes the connections and ends the loop. No call after it.
    package nonisolated func close() async {
        await closeClient()
        loop.stop()
    }

    private func closeClient() {
        client?.close()
        client = nil
    }

    private func ask(_ request: (RocketSMSClient, UInt64) -> Void) async throws(EventLoopError) -> ProviderReply {
        let client = try connected()
        nextTag += 1
        let tag = nextTag
        return await withCheckedContinuation { continuation in
            waiting[tag] = continuation
            request(client, tag)
        }
    }

    private func connected() throws(EventLoopError) -> RocketSMSClient {
        if let client { return client }
        let client = try RocketSMSClient(configuration, loop: loop)
        client.reply = { [unowned self] tag, reply in self.assumeIsolated { $0.waiting.removeValue(forKey: tag)?.resume(returning: reply) } }
        self.client = client
        return client
    }
}
