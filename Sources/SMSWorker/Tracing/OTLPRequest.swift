internal import JSON

/// An `ExportTraceServiceRequest` of OTLP over HTTP, in either of its forms (OTLP specification 1.x, "OTLP/HTTP").
struct OTLPRequest: Sendable {
    enum Form: String, CaseIterable, Sendable {
        case protobuf = "http/protobuf"
        case json = "http/json"

        var contentType: String { self == .json ? "application/json" : "application/x-protobuf" }
    }

    /// Who speaks: `service.name` and what else the operator says.
    let resource: [(name: String, value: String)]
    let spans: [OTLPSpan]

    private static let scope = "rocketsms-worker"

    func bytes(_ form: Form) -> [UInt8] { form == .json ? json : protobuf }

    // MARK: Protocol Buffers

    private var protobuf: [UInt8] {
        var request = ProtobufWriter()
        request.message(1) { resourceSpans in
            resourceSpans.message(1) { message in
                for (name, value) in resource { Self.attribute(1, name, .text(value), &message) }
            }
            resourceSpans.message(2) { scopeSpans in
                scopeSpans.message(1) { scope in
                    scope.string(1, Self.scope)
                    scope.string(2, WorkerVersion.string)
                }
                for span in spans { scopeSpans.message(2) { Self.write(span, &$0) } }
            }
        }
        return request.bytes
    }

    private static func write(_ span: OTLPSpan, _ message: inout ProtobufWriter) {
        message.data(1, span.trace)
        message.data(2, span.id)
        message.data(4, span.parent)
        message.string(5, span.name)
        message.integer(6, span.kind.rawValue)
        message.fixed64(7, span.start)
        message.fixed64(8, span.end)
        for (name, value) in span.attributes { attribute(9, name, value, &message) }
        if span.isError { message.message(15) { $0.integer(3, 2) } }
    }

    private static func attribute(_ field: UInt32, _ name: String, _ value: OTLPSpan.Value, _ message: inout ProtobufWriter) {
        message.message(field) { pair in
            pair.string(1, name)
            pair.message(2) { any in
                switch value {
                case .text(let text): any.string(1, text)
                case .integer(let number): any.integer(3, UInt64(bitPattern: number))
                }
            }
        }
    }

    // MARK: JSON

    /// Trace and span ids in hexadecimal, 64-bit numbers as strings, as OTLP's JSON has them.
    private var json: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("resourceSpans")
        writer.beginArray()
        writer.beginObject()
        writer.key("resource")
        writer.beginObject()
        Self.write(resource.map { ($0.name, .text($0.value)) }, to: &writer)
        writer.endObject()
        writer.key("scopeSpans")
        writer.beginArray()
        writer.beginObject()
        writer.key("scope")
        writer.beginObject()
        writer.member("name", Self.scope)
        writer.member("version", WorkerVersion.string)
        writer.endObject()
        writer.key("spans")
        writer.beginArray()
        for span in spans { Self.write(span, to: &writer) }
        writer.endArray()
        writer.endObject()
        writer.endArray()
        writer.endObject()
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }

    private static func write(_ span: OTLPSpan, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("traceId", hexadecimal(span.trace))
        writer.member("spanId", hexadecimal(span.id))
        writer.member("parentSpanId", hexadecimal(span.parent))
        writer.member("name", span.name)
        writer.member("kind", span.kind.rawValue)
        writer.member("startTimeUnixNano", "\(span.start)")
        writer.member("endTimeUnixNano", "\(span.end)")
        write(span.attributes, to: &writer)
        if span.isError {
            writer.key("status")
            writer.beginObject()
            writer.member("code", 2)
            writer.endObject()
        }
        writer.endObject()
    }

    private static func write(_ attributes: [(name: String, value: OTLPSpan.Value)], to writer: inout JSONWriter) {
        writer.key("attributes")
        writer.beginArray()
        for (name, value) in attributes {
            writer.beginObject()
            writer.member("key", name)
            writer.key("value")
            writer.beginObject()
            switch value {
            case .text(let text): writer.member("stringValue", text)
            case .integer(let number): writer.member("intValue", "\(number)")
            }
            writer.endObject()
            writer.endObject()
        }
        writer.endArray()
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { byte in String(byte >> 4, radix: 16) + String(byte & 15, radix: 16) }.joined()
    }
}
