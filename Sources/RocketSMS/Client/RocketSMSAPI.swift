internal import Connect
package import EventLoop
internal import Synchronization

/// The provider's API, call by call: what the commands of the command line use, and everybody else may.
///
///     let api = try RocketSMSAPI(RocketSMSCredentials(username: "123456789", password: "…"))
///     defer { api.close() }
///     let outcome = await api.send(SendMessage(phone: "375296890043", text: "Код 1234"))
///
/// Nothing is ever sent a second time by it. It has a thread and a few connections of its own until `close`.
public final class RocketSMSAPI: Sendable {
    private let loop: EventLoop
    private let ownsLoop: Bool
    private let calls: LoopBound<PendingCalls>
    /// Guards the order of calls and `close`: a call that was let in is in the loop's mailbox before the close is.
    private let isClosed = Mutex(false)

    /// - Parameters:
    ///   - credentials: of the account.
    ///   - baseURL: without `/simple`; plain http is for this machine only.
    ///   - timeout: for each call, its wait for a connection included.
    /// - Throws: `ProviderURLError`; another error when the system gives no threads.
    public convenience init(
        _ credentials: RocketSMSCredentials, baseURL: String = "https://api.rocketsms.by", timeout: Duration = .seconds(15)
    ) throws {
        var configuration = RocketSMSClient.Configuration(url: try ProviderURL(baseURL), credentials: credentials)
        configuration.requestTimeout = timeout
        try self.init(configuration)
    }

    /// - Parameter loop: nil to run on a loop, and so a thread, of its own.
    /// - Throws: `EventLoopError` when the system gives no threads.
    package init(_ configuration: RocketSMSClient.Configuration, loop: EventLoop? = nil) throws(EventLoopError) {
        // Lists are longer than any other answer: PHP writes six bytes for a Cyrillic letter.
        var configuration = configuration
        configuration.responseLimit = max(configuration.responseLimit, 4 << 20)
        ownsLoop = loop == nil
        if let loop { self.loop = loop } else { self.loop = try EventLoop(name: "rocketsms-api") }
        do {
            calls = LoopBound(value: try PendingCalls(configuration, loop: self.loop))
        } catch {
            if ownsLoop { self.loop.stop() }
            throw error
        }
    }

    /// Sends one SMS.
    public func send(_ message: SendMessage) async -> SendOutcome {
        if case .send(let outcome) = await call(.send(message)) { return outcome }
        return .notSent(.closed, retryAfter: nil)
    }

    /// Sends one text to many phones in one call (there since version 1.5.0 of the API).
    public func bulkSend(_ message: BulkMessage) async -> BulkOutcome {
        if case .bulk(let outcome) = await call(.bulkSend(message)) { return outcome }
        return .notSent(.closed, retryAfter: nil)
    }

    /// The status of the message that the provider calls `id`, as the provider writes it.
    public func status(id: String) async -> QueryOutcome<String> {
        if case .status(let outcome) = await call(.status(id: id)) { return outcome }
        return Self.closed()
    }

    /// What is left on the account.
    public func balance() async -> QueryOutcome<Balance> {
        if case .balance(let outcome) = await call(.balance) { return outcome }
        return Self.closed()
    }

    /// The account's sender names.
    public func senders() async -> QueryOutcome<[Sender]> {
        if case .senders(let outcome) = await call(.senders) { return outcome }
        return Self.closed()
    }

    /// Asks the provider to admit a sender's name (1–11 Latin letters, digits, dots and hyphens); it is moderated afterwards.
    public func addSender(_ name: String) async -> ChangeOutcome {
        if case .senderAdded(let outcome) = await call(.addSender(name: name)) { return outcome }
        return .notSent(.closed, retryAfter: nil)
    }

    /// The texts that the account keeps at the provider.
    public func templates() async -> QueryOutcome<[MessageTemplate]> {
        if case .templates(let outcome) = await call(.templates) { return outcome }
        return Self.closed()
    }

    /// The clock of whoever answered last, in seconds since 1970: the answer's `Date`. Nil where no answer had one.
    package func lastDate() async -> Int64? {
        await withCheckedContinuation { continuation in
            let isTaken = isClosed.withLock { isClosed in
                if !isClosed { loop.execute { [calls] in continuation.resume(returning: calls.value.lastDate) } }
                return !isClosed
            }
            if !isTaken { continuation.resume(returning: nil) }
        }
    }

    /// Ends what runs, answers it, and stops its own loop. Not to be called on the loop. A second call is without effect.
    public func close() {
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
