package import EventLoop
internal import Synchronization

/// The provider's API for callers that wait: the commands of the command line, tests.
///
///     let api = try RocketSMSAPI(configuration)
///     let outcome = await api.balance()
///     api.close()
package final class RocketSMSAPI: Sendable {
    private let loop: EventLoop
    private let ownsLoop: Bool
    private let calls: LoopBound<PendingCalls>
    /// Guards the order of calls and `close`: a call that was let in is in the loop's mailbox before the close is.
    private let isClosed = Mutex(false)

    /// - Parameter loop: nil to run on a loop, and so a thread, of its own.
    /// - Throws: `EventLoopError` when the system gives no threads.
    package init(_ configuration: RocketSMSClient.Configuration, loop: EventLoop? = nil) throws(EventLoopError) {
        ownsLoop = loop == nil
        if let loop { self.loop = loop } else { self.loop = try EventLoop(name: "rocketsms-api") }
        do {
            calls = LoopBound(value: try PendingCalls(configuration, loop: self.loop))
        } catch {
            if ownsLoop { self.loop.stop() }
            throw error
        }
    }

    package func send(_ message: SendMessage) async -> SendOutcome {
        if case .send(let outcome) = await call(.send(message)) { return outcome }
        return .notSent(.closed, retryAfter: nil)
    }

    /// The status of the message that the provider calls `id`, as the provider writes it.
    package func status(id: String) async -> QueryOutcome<String> {
        if case .status(let outcome) = await call(.status(id: id)) { return outcome }
        return Self.closed()
    }

    package func balance() async -> QueryOutcome<Balance> {
        if case .balance(let outcome) = await call(.balance) { return outcome }
        return Self.closed()
    }

    package func senders() async -> QueryOutcome<[Sender]> {
        if case .senders(let outcome) = await call(.senders) { return outcome }
        return Self.closed()
    }

    /// Asks the provider to admit a sender's name (1–11 Latin letters, digits, dots and hyphens); it is moderated afterwards.
    package func addSender(_ name: String) async -> ChangeOutcome {
        if case .senderAdded(let outcome) = await call(.addSender(name: name)) { return outcome }
        return .notSent(.closed, retryAfter: nil)
    }

    package func templates() async -> QueryOutcome<[MessageTemplate]> {
        if case .templates(let outcome) = await call(.templates) { return outcome }
        return Self.closed()
    }

    /// Ends what runs, answers it, and stops its own loop. Not to be called on the loop. A second call is without effect.
    package func close() {
        let isFirst = isClosed.withLock { isClosed in
            defer { isClosed = true }
            if !isClosed { loop.execute { [calls] in calls.value.close() } }
            return !isClosed
        }
        if isFirst, ownsLoop { loop.stop() }
    }

    deinit { close() }

    /// - Returns: nil after `close`.
    private func call(_ request: ProviderRequest) async -> Reply? {
        await withCheckedContinuation { continuation in
            let isTaken = isClosed.withLock { isClosed in
                if !isClosed { loop.execute { [calls] in calls.value.start(request) { continuation.resume(returning: $0) } } }
                return !isClosed
            }
            if !isTaken { continuation.resume(returning: nil) }
        }
    }

    private static func closed<Answer>() -> QueryOutcome<Answer> {
        .failed(reason: NotSentReason.closed.description, retryAfter: nil)
    }
}
