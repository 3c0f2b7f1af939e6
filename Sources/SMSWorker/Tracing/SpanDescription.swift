internal import Requests
internal import SMSPipeline
internal import Time

/// Turns the pipeline's spans into a collector's, named and attributed by OpenTelemetry's semantic conventions (messaging, HTTP clients, network).
/// What they have no word for begins with `rocketsms.`. No id, key, phone or text among it.
struct SpanDescription: Sendable {
    /// Where attempts go.
    enum Provider: Sendable {
        /// - baseURL: without a path at its end.
        case http(baseURL: String)
        case smpp(host: String, port: Int)
    }

    let group: String
    let statusTopic: String
    let provider: Provider

    init(_ configuration: WorkerConfiguration) {
        self.init(
            group: configuration.kafka.groupID, statusTopic: configuration.topics.status,
            provider: configuration.smpp.map { .smpp(host: $0.host, port: $0.port) } ?? .http(baseURL: configuration.provider.baseURL))
    }

    init(group: String, statusTopic: String, provider: Provider) {
        self.group = group
        self.statusTopic = statusTopic
        self.provider = provider
    }

    private static let endpoint = "/simple/send"

    /// - Parameter origin: nanoseconds since 1970 at which the monotonic clock showed 0.
    func describe(_ span: TraceSpan, origin: Int64) -> OTLPSpan {
        let (name, kind, attributes, error) = content(span.kind)
        return OTLPSpan(
            trace: Self.bytes(span.context.traceHigh) + Self.bytes(span.context.traceLow), id: Self.bytes(span.id),
            parent: Self.bytes(span.parent), name: name, kind: kind, start: Self.time(span.start, origin),
            end: Self.time(max(span.start, span.end), origin),
            attributes: attributes + (error.map { [("error.type", .text($0))] } ?? []), isError: error != nil)
    }

    private typealias Attributes = [(name: String, value: OTLPSpan.Value)]

    private func content(_ kind: TraceSpan.Kind) -> (String, OTLPSpan.Kind, Attributes, error: String?) {
        switch kind {
        case .process(let partition, let offset, let status, let code):
            var attributes = Self.messaging("process", partition.topic)
            attributes += [
                ("messaging.destination.partition.id", .text("\(partition.partition)")), ("messaging.kafka.offset", .integer(offset)),
                ("messaging.consumer.group.name", .text(group)), ("rocketsms.status", .text("\(status.name)")),
            ]
            return ("process \(partition.topic)", .consumer, attributes, status == .failed ? code ?? "_OTHER" : nil)
        case .event(let status):
            let attributes = Self.messaging("send", statusTopic) + [("rocketsms.status", .text("\(status.name)"))]
            return ("send \(statusTopic)", .producer, attributes, nil)
        case .attempt(let outcome, let resends):
            switch provider {
            case .http(let baseURL): return ("POST \(Self.endpoint)", .client, Self.post(baseURL, resends: resends), Self.error(outcome))
            case .smpp(let host, let port):
                return ("submit_sm", .client, Self.submission(outcome, host, port, resends: resends), Self.error(outcome))
            }
        }
    }

    private static func post(_ baseURL: String, resends: Int) -> Attributes {
        let baseURL = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
        var attributes: Attributes = [
            ("http.request.method", .text("POST")), ("url.full", .text(baseURL + endpoint)), ("url.template", .text(endpoint)),
        ]
        if let address = ProviderAddress(baseURL) { attributes += server(address.host, address.port) }
        if resends > 0 { attributes.append(("http.request.resend_count", .integer(Int64(resends)))) }
        return attributes
    }

    /// Of all parts that an attempt submits.
    private static func submission(_ outcome: AttemptOutcome, _ host: String, _ port: Int, resends: Int) -> Attributes {
        var attributes: Attributes = [
            ("network.protocol.name", .text("smpp")), ("network.protocol.version", .text("3.4")), ("network.transport", .text("tcp")),
        ]
        attributes += server(host, port)
        if case .parts(let parts) = outcome { attributes.append(("rocketsms.parts", .integer(Int64(parts.count)))) }
        if resends > 0 { attributes.append(("rocketsms.resend_count", .integer(Int64(resends)))) }
        return attributes
    }

    private static func server(_ host: String, _ port: Int) -> Attributes {
        [("server.address", .text(host)), ("server.port", .integer(Int64(port)))]
    }

    private static func messaging(_ operation: String, _ topic: String) -> Attributes {
        [
            ("messaging.system", .text("kafka")), ("messaging.operation.name", .text(operation)),
            ("messaging.operation.type", .text(operation)), ("messaging.destination.name", .text(topic)),
        ]
    }

    private static func error(_ outcome: AttemptOutcome) -> String? {
        switch outcome {
        case .accepted, .notBegun: nil
        case .refused(let code), .account(_, let code): code
        case .notSent: "not_sent"
        case .unknown: "unknown"
        case .parts: error(outcome.gist)
        }
    }

    private static func time(_ instant: MonotonicInstant, _ origin: Int64) -> UInt64 {
        UInt64(max(0, origin.clampedSum(instant.nanoseconds)))
    }

    private static func bytes(_ number: UInt64) -> [UInt8] { withUnsafeBytes(of: number.bigEndian) { Array($0) } }
}
