internal import Requests
internal import SMSPipeline
internal import Time

/// Turns the pipeline's spans into a collector's, named and attributed by OpenTelemetry's semantic conventions (messaging, HTTP clients). What
/// they have no word for begins with `rocketsms.`. No id, key, phone or text among it.
struct SpanDescription: Sendable {
    let group: String
    let statusTopic: String
    /// Of the provider, without a path at its end.
    let baseURL: String

    init(_ configuration: WorkerConfiguration) {
        self.init(
            group: configuration.kafka.groupID, statusTopic: configuration.topics.status, baseURL: configuration.provider.baseURL)
    }

    init(group: String, statusTopic: String, baseURL: String) {
        self.group = group
        self.statusTopic = statusTopic
        self.baseURL = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
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
            var attributes: Attributes = [
                ("http.request.method", .text("POST")), ("url.full", .text(baseURL + Self.endpoint)),
                ("url.template", .text(Self.endpoint)),
            ]
            if let address = ProviderAddress(baseURL) {
                attributes.append(("server.address", .text(address.host)))
                attributes.append(("server.port", .integer(Int64(address.port))))
            }
            if resends > 0 { attributes.append(("http.request.resend_count", .integer(Int64(resends)))) }
            return ("POST \(Self.endpoint)", .client, attributes, Self.error(outcome))
        }
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
