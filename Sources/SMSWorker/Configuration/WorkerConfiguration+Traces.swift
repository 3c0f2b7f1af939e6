extension WorkerConfiguration {
    /// Where spans go, by OpenTelemetry's own names (OTLP exporter specification).
    package struct Traces: Equatable, Sendable {
        package struct Attribute: Equatable, Sendable {
            package let name: String
            package let value: String
        }

        /// With the path that an endpoint for all signals gets.
        package var url: String
        var form: OTLPRequest.Form
        /// `name: value`.
        var headers: [String]
        var timeout: Duration
        /// `service.name` and what else describes this process.
        package var resource: [Attribute]

        /// Nil where no endpoint is set.
        /// - Parameter problems: gets what cannot be read; no value is shown in it.
        init?(_ settings: ConfigurationSettings, _ problems: inout [String]) {
            guard let endpoint = settings.text(.otelEndpoint) else { return nil }
            url = (endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint) + "/v1/traces"
            form = settings.text(.otelProtocol).flatMap(OTLPRequest.Form.init) ?? .protobuf
            timeout = .milliseconds(settings.integer(.otelTimeout))
            headers = []
            resource = [Attribute(name: "service.name", value: settings.text(.otelServiceName) ?? "")]
            resource.append(Attribute(name: "service.version", value: WorkerVersion.string))
            switch Self.pairs(settings.text(.otelHeaders)) {
            case nil: problems.append("OTEL_EXPORTER_OTLP_HEADERS is no list of name=value, separated by commas.")
            case let pairs?: headers = pairs.map { "\($0.name): \($0.value)" }
            }
            switch Self.pairs(settings.text(.otelResourceAttributes)) {
            case nil: problems.append("OTEL_RESOURCE_ATTRIBUTES is no list of name=value, separated by commas.")
            case let pairs?: resource += pairs.filter { pair in !resource.contains { $0.name == pair.name } }
            }
        }

        /// `a=1,b=2`, percent-encoded as in W3C Baggage; nil where it is not.
        static func pairs(_ text: String?) -> [Attribute]? {
            var pairs: [Attribute] = []
            for item in (text ?? "").split(separator: ",") {
                let halves = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard halves.count == 2, let name = plain(halves[0]), let value = plain(halves[1]), !name.isEmpty else { return nil }
                pairs.append(Attribute(name: name, value: value))
            }
            return pairs
        }

        private static func plain(_ text: Substring) -> String? {
            var bytes: [UInt8] = []
            var rest = Substring(text.trimmingPrefix { $0 == " " })
            while rest.hasSuffix(" ") { rest.removeLast() }
            while let character = rest.utf8.first {
                rest = Substring(rest.utf8.dropFirst())
                guard character == UInt8(ascii: "%") else {
                    bytes.append(character)
                    continue
                }
                guard rest.utf8.count >= 2, let byte = UInt8(rest.prefix(2), radix: 16) else { return nil }
                bytes.append(byte)
                rest = rest.dropFirst(2)
            }
            guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
            return text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F } ? text : nil
        }
    }
}
