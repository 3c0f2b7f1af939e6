package import EventLoop
internal import JSON

/// What is to be sent.
package struct SendMessage: Equatable, Sendable {
    /// Digits, international.
    package let phone: [UInt8]
    /// UTF-8: a text, or the tag of a template (`TPL_ID_…`).
    package let text: [UInt8]
    package let sender: [UInt8]?
    /// Unix seconds; nil: now.
    package let timestamp: Int64?
    package let isPriority: Bool

    package init(phone: [UInt8], text: [UInt8], sender: [UInt8]? = nil, timestamp: Int64? = nil, isPriority: Bool = false) {
        self.phone = phone
        self.text = text
        self.sender = sender
        self.timestamp = timestamp
        self.isPriority = isPriority
    }
}

/// What one request of the client ended in.
package enum ProviderReply: Sendable {
    case sent(ProviderOutcome<SendReceipt>)
    case status(ProviderOutcome<String>)
    case balance(ProviderOutcome<Balance>)
    case senders(ProviderOutcome<[Sender]>)
    case senderAdded(ProviderOutcome<String>)
    case templates(ProviderOutcome<[Template]>)
}

/// The provider's JSON HTTP API, all six endpoints, on an event loop.
///
/// Used on the loop only. Requests carry integer tags; each is answered exactly once through `reply`, on the loop. Sends are POSTs with a
/// form body, so that phone, text and hash stand in no URL; reads are GETs, whose URLs are never printed.
package final class RocketSMSClient {
    package struct Configuration: Sendable {
        package var url: ProviderURL
        package var username: String
        /// md5 in hex.
        package var passwordMD5: String
        package var connectTimeout: Duration
        package var requestTimeout: Duration
        /// Exchanges under way at once.
        package var maxConnections: Int
        package var classifier: RefusalClassifier
        /// A PEM file of certificate authorities instead of the system's.
        package var certificateAuthority: String?

        package init(
            url: ProviderURL, username: String, passwordMD5: String, connectTimeout: Duration = .seconds(5),
            requestTimeout: Duration = .seconds(15), maxConnections: Int = 64, classifier: RefusalClassifier = RefusalClassifier(),
            certificateAuthority: String? = nil
        ) {
            self.url = url
            self.username = username
            self.passwordMD5 = passwordMD5
            self.connectTimeout = connectTimeout
            self.requestTimeout = requestTimeout
            self.maxConnections = maxConnections
            self.classifier = classifier
            self.certificateAuthority = certificateAuthority
        }
    }

    private enum Kind: UInt8 { case send, status, balance, senders, addSender, templates }

    /// Asked just before the first byte of a send; false answers it `notBegun`.
    package var mayBegin: (UInt64) -> Bool = { _ in true }
    package var reply: (UInt64, ProviderReply) -> Void = { _, _ in }

    private let pool: ConnectionPool
    private let reader: ReplyReader
    /// `POST <path>/simple/` up to the body's length, and `username=…&password=…`: the same in every request.
    private let postHead: [UInt8]
    private let getHead: [UInt8]
    private let getTail: [UInt8]
    private let credentials: [UInt8]
    private var scratch: [UInt8] = []

    package init(_ configuration: Configuration, loop: EventLoop) throws(EventLoopError) {
        let connector = try Connector(
            url: configuration.url, timeout: configuration.connectTimeout, certificateAuthority: configuration.certificateAuthority)
        pool = ConnectionPool(
            loop: loop, connector: connector,
            limits: ConnectionPool.Limits(connections: configuration.maxConnections, requestTimeout: configuration.requestTimeout))
        reader = ReplyReader(classifier: configuration.classifier)
        let url = configuration.url
        postHead = Array("POST \(url.path)/simple/send HTTP/1.1\r\nHost: \(url.authority)\r\nAccept: application/json\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ".utf8)
        getHead = Array("GET \(url.path)/simple/".utf8)
        getTail = Array(" HTTP/1.1\r\nHost: \(url.authority)\r\nAccept: application/json\r\n\r\n".utf8)
        var credentials: [UInt8] = []
        FormWriter.append("username", configuration.username.utf8, to: &credentials, isFirst: true)
        FormWriter.append("password", configuration.passwordMD5.utf8, to: &credentials)
        self.credentials = credentials
        pool.mayBegin = { [unowned self] tag in Self.kind(tag) != .send || mayBegin(tag & Self.tagMask) }
        pool.ended = { [unowned self] tag, result, response in ended(tag, result, response) }
    }

    package var connectionCount: Int { pool.connectionCount }

    /// Answers everything that is under way, and closes the connections.
    package func close() { pool.stop() }

    // MARK: Requests; tags are below 2⁶⁰

    package func send(_ message: SendMessage, tag: UInt64) {
        scratch.removeAll(keepingCapacity: true)
        scratch.append(contentsOf: credentials)
        FormWriter.append("phone", message.phone, to: &scratch)
        FormWriter.append("text", message.text, to: &scratch)
        if let sender = message.sender { FormWriter.append("sender", sender, to: &scratch) }
        if let timestamp = message.timestamp { FormWriter.append("timestamp", String(timestamp).utf8, to: &scratch) }
        if message.isPriority { FormWriter.append("priority", "true".utf8, to: &scratch) }
        pool.execute(tag: Self.tag(tag, .send)) { bytes in
            bytes.append(contentsOf: postHead)
            bytes.append(contentsOf: String(scratch.count).utf8)
            bytes.append(contentsOf: [0x0d, 0x0a, 0x0d, 0x0a])
            let head = bytes.count
            bytes.append(contentsOf: scratch)
            return head
        }
    }

    package func status(id: String, tag: UInt64) { get("status", .status, tag: tag) { FormWriter.append("id", id.utf8, to: &$0) } }
    package func balance(tag: UInt64) { get("balance", .balance, tag: tag) }
    package func senders(tag: UInt64) { get("senders", .senders, tag: tag) }
    package func templates(tag: UInt64) { get("templates", .templates, tag: tag) }

    package func addSender(_ name: String, tag: UInt64) {
        get("senders/add", .addSender, tag: tag) { FormWriter.append("sender", name.utf8, to: &$0) }
    }

    private func get(_ endpoint: StaticString, _ kind: Kind, tag: UInt64, _ parameters: (inout [UInt8]) -> Void = { _ in }) {
        pool.execute(tag: Self.tag(tag, kind)) { bytes in
            bytes.append(contentsOf: getHead)
            bytes.append(contentsOf: UnsafeBufferPointer(start: endpoint.utf8Start, count: endpoint.utf8CodeUnitCount))
            bytes.append(UInt8(ascii: "?"))
            bytes.append(contentsOf: credentials)
            parameters(&bytes)
            bytes.append(contentsOf: getTail)
            return bytes.count
        }
    }

    // MARK: Answers

    private static let tagMask: UInt64 = (1 << 60) - 1

    private static func tag(_ tag: UInt64, _ kind: Kind) -> UInt64 { tag & tagMask | UInt64(kind.rawValue) << 60 }

    private static func kind(_ tag: UInt64) -> Kind {
        guard let kind = Kind(rawValue: UInt8(tag >> 60)) else { preconditionFailure("a tag was made by this client") }
        return kind
    }

    private func ended(_ tag: UInt64, _ result: ExchangeResult, _ response: borrowing HTTPResponseReader) {
        let now = WallTime.now.milliseconds
        let own = tag & Self.tagMask
        switch Self.kind(tag) {
        case .send:
            reply(own, .sent(outcome(result, response) { reader.send(status: $0, body: $1, retryAfter: $2, now: now) }))
        case .status:
            reply(own, .status(outcome(result, response) { reader.status(status: $0, body: $1, retryAfter: $2, now: now) }))
        case .balance:
            reply(own, .balance(outcome(result, response) { reader.balance(status: $0, body: $1, retryAfter: $2, now: now) }))
        case .addSender:
            reply(own, .senderAdded(outcome(result, response) { reader.added(status: $0, body: $1, retryAfter: $2, now: now) }))
        case .senders:
            reply(
                own,
                .senders(
                    outcome(result, response) {
                        reader.list(status: $0, body: $1, retryAfter: $2, now: now) { object in
                            object["sender"]?.stringValue.map {
                                Sender(
                                    sender: $0, verified: object["verified"] == .bool(true), checked: object["checked"] == .bool(true),
                                    registered: object["registered"] == .bool(true))
                            }
                        }
                    }))
        case .templates:
            reply(
                own,
                .templates(
                    outcome(result, response) {
                        reader.list(status: $0, body: $1, retryAfter: $2, now: now) { object in
                            // `tpl_id`; the document's own example has lost the underscore.
                            guard let id = (object["tpl_id"] ?? object["tplid"])?.stringValue, let text = object["text"]?.stringValue else {
                                return nil
                            }
                            return Template(id: id, text: text)
                        }
                    }))
        }
    }

    private func outcome<Success>(
        _ result: ExchangeResult, _ response: borrowing HTTPResponseReader, _ read: (Int, [UInt8], String?) -> ProviderOutcome<Success>
    ) -> ProviderOutcome<Success> {
        switch result {
        case .answered: read(response.status, response.body, response.retryAfter)
        case .notSent(let reason): .notSent(reason: reason, retryAfter: nil)
        case .notBegun: .notBegun
        case .unknown(let reason): .unknown(reason: reason)
        }
    }
}
