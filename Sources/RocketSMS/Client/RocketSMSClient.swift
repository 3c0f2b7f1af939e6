internal import Connect
package import EventLoop
package import Time

/// The provider's JSON HTTP API on an event loop.
///
/// Lives on the loop. Every call is answered later, on the loop, through `receive`, exactly once, by its tag; the kinds of
/// `Reply` tell the calls apart, so each kind may count its tags for itself. Nothing is ever sent again by the client.
package final class RocketSMSClient {
    /// Asked for each `send` just before its first byte leaves; false makes its outcome `notSent(.leaseEnded)`.
    package var mayBegin: (_ tag: UInt64) -> Bool = { _ in true }
    package var receive: (_ tag: UInt64, Reply) -> Void = { _, _ in }
    /// Told of the clock of whoever answered, in seconds since 1970, before the reply; nil: nobody asks for it.
    var seeDate: ((Int64) -> Void)?

    /// Where the calls go: nothing secret.
    package let address: String
    private let loop: EventLoop
    private let url: ProviderURL
    private var encoder: RequestEncoder
    private let decoder: ReplyDecoder
    private let requestTimeout: Duration
    /// Made last of all; nil only while `init` runs.
    private var pool: ConnectionPool?

    /// - Throws: `EventLoopError` when the system gives no threads.
    package init(_ configuration: Configuration, loop: EventLoop) throws(EventLoopError) {
        self.loop = loop
        address = configuration.url.description
        url = configuration.url
        encoder = RequestEncoder(url: configuration.url, credentials: configuration.credentials)
        decoder = ReplyDecoder(classifier: configuration.classifier, unavailable: configuration.unavailable)
        requestTimeout = configuration.requestTimeout
        var settings = PoolSettings()
        settings.maximumConnections = max(1, configuration.maximumConnections)
        settings.maximumWaiting = configuration.maximumWaiting
        settings.maximumAge = configuration.maximumConnectionAge
        settings.maximumIdle = configuration.maximumIdleTime
        settings.restWait = configuration.restWait
        settings.responseLimits.body = configuration.responseLimit
        let connect = ConnectSettings(
            for: .http, to: configuration.url.target, timeout: configuration.connectTimeout,
            certificateAuthorities: configuration.certificateAuthorities)
        pool = try ConnectionPool(loop: loop, connect: connect, settings: settings, owner: self)
    }

    /// - Parameter deadline: for the wait, the writing and the answer; nil for the configured timeout from now on.
    package func send(_ message: SendMessage, deadline: MonotonicInstant? = nil, tag: UInt64) {
        submit(.send(message), deadline, tag)
    }

    package func bulkSend(_ message: BulkMessage, deadline: MonotonicInstant? = nil, tag: UInt64) {
        submit(.bulkSend(message), deadline, tag)
    }

    /// Calls that are written from now on say who we are by these.
    package func use(_ credentials: RocketSMSCredentials) { encoder = RequestEncoder(url: url, credentials: credentials) }

    /// Asks for the status of the message that the provider calls `id`.
    package func status(id: String, deadline: MonotonicInstant? = nil, tag: UInt64) { submit(.status(id: id), deadline, tag) }

    package func balance(deadline: MonotonicInstant? = nil, tag: UInt64) { submit(.balance, deadline, tag) }

    package func senders(deadline: MonotonicInstant? = nil, tag: UInt64) { submit(.senders, deadline, tag) }

    /// Asks the provider to admit a sender's name; it is moderated afterwards.
    ///
    /// - Parameter name: 1–11 Latin letters, digits, dots and hyphens.
    package func addSender(_ name: String, deadline: MonotonicInstant? = nil, tag: UInt64) {
        submit(.addSender(name: name), deadline, tag)
    }

    package func templates(deadline: MonotonicInstant? = nil, tag: UInt64) { submit(.templates, deadline, tag) }

    /// Whether one more call would be written at once, or as soon as a new connection is there.
    package var hasCapacity: Bool { pool?.hasCapacity ?? false }

    package var openConnections: Int { pool?.openConnections ?? 0 }

    /// Calls not answered yet.
    package var runningCalls: Int { pool?.load ?? 0 }

    /// Connects that failed since the start.
    package var connectFailures: Int { pool?.connectFailures ?? 0 }

    /// Ends all calls and connections. What runs is answered before this returns: a send under way as unknown. Later calls are
    /// answered as not sent. Call it before the loop stops.
    package func close() { pool?.close() }

    private func submit(_ request: ProviderRequest, _ deadline: MonotonicInstant?, _ tag: UInt64) {
        loop.preconditionOnLoop()
        pool?.submit(Exchange(request: request, tag: tag, deadline: deadline ?? loop.now + requestTimeout))
    }
}

extension RocketSMSClient: ConnectionPoolOwner {
    func encode(_ exchange: Exchange, into buffer: inout [UInt8]) -> Int { encoder.append(exchange.request, to: &buffer) }

    func mayBegin(_ exchange: Exchange) -> Bool {
        if case .send = exchange.request { mayBegin(exchange.tag) } else { true }
    }

    func decode(_ response: borrowing HTTPResponseReader, for exchange: Exchange) -> (Reply, isSound: Bool) {
        if let seeDate, !response.date.isEmpty {
            let text = String(decoding: response.date, as: UTF8.self)
            if let seconds = HTTPDate.seconds(text, now: WallTime.now.milliseconds / 1_000) { seeDate(seconds) }
        }
        return decoder.reply(to: exchange.request, response, now: .now)
    }

    func decode(_ failure: ExchangeFailure, after response: borrowing HTTPResponseReader, for exchange: Exchange) -> Reply {
        decoder.reply(to: exchange.request, failure, after: response)
    }

    func looksOn(_ response: borrowing HTTPResponseReader, for exchange: Exchange) -> Bool {
        decoder.looksOn(exchange.request, response)
    }

    func decode(_ failure: ExchangeFailure, for exchange: Exchange) -> Reply { decoder.reply(to: exchange.request, failure) }

    func deliver(_ reply: Reply, tag: UInt64) { receive(tag, reply) }
}
