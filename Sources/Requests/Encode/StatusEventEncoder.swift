internal import JSON

/// Writes status events: JSON in the value, CloudEvents 1.0 in the headers (`schemas/status-event.schema.json`).
///
/// One a pipeline: it keeps the last time as text, for the many events of one turn that share it.
package struct StatusEventEncoder: Sendable {
    private let source: [UInt8]
    private var time: Int64 = .min
    private var timeText: [UInt8] = []

    /// - Parameter group: The consumer group's id; `ce_source` is `/rocketsms-worker/<group>`, a URI reference.
    package init(group: String) { source = Array("/rocketsms-worker/".utf8) + PathSegment.encode(group) }

    /// The event record's key: the request record's, or the request's id where that has none.
    package static func key(of echo: Echo) -> [UInt8] { echo.key ?? echo.id }

    /// - Parameters:
    ///   - at: When the worker learned of it; milliseconds since 1970.
    ///   - position: Where the request's record stands.
    ///   - value: The event's JSON is appended.
    ///   - headers: The event's headers are appended.
    package mutating func encode(
        _ event: EntryEvent, of echo: Echo, at: Int64, position: RecordPosition, value: inout [UInt8], headers: inout RecordHeaders
    ) {
        if at != time || timeText.isEmpty {
            time = at
            timeText.removeAll(keepingCapacity: true)
            RFC3339.append(at, to: &timeText)
        }
        encodeHeaders(event, of: echo, position: position, into: &headers)
        var writer = JSONWriter(appendingTo: value)
        // The array has one owner while the writer appends, so that nothing is copied.
        value = []
        encodeValue(event, of: echo, into: &writer)
        value = writer.bytes
    }

    private func encodeHeaders(_ event: EntryEvent, of echo: Echo, position: RecordPosition, into headers: inout RecordHeaders) {
        headers.append("ce_specversion", "1.0")
        headers.append("ce_id") { bytes in
            position.append(to: &bytes)
            bytes.append(UInt8(ascii: "/"))
            Decimal.append(event.sequence, to: &bytes)
        }
        headers.append("ce_source", source)
        headers.append("ce_type", Self.type(of: event.status))
        headers.append("ce_time", timeText)
        headers.append("ce_subject", echo.id)
        headers.append("content-type", "application/json")
        if let traceparent = echo.traceparent { headers.append("traceparent", traceparent) }
        if let tracestate = echo.tracestate { headers.append("tracestate", tracestate) }
    }

    private func encodeValue(_ event: EntryEvent, of echo: Echo, into writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("requestId")
        echo.id.withUnsafeBytes { writer.string(utf8: $0) }
        if let messageID = echo.messageIDs.first { writer.member("messageId", messageID) }
        if echo.messageIDs.count > 1 {
            writer.key("messageIds")
            writer.beginArray()
            for id in echo.messageIDs { writer.string(id) }
            writer.endArray()
        }
        writer.key("status")
        writer.string(utf8: UnsafeRawBufferPointer(start: event.status.name.utf8Start, count: event.status.name.utf8CodeUnitCount))
        writer.member("sequence", event.sequence)
        writer.member("final", event.isFinal)
        writer.key("at")
        timeText.withUnsafeBytes { writer.string(utf8: $0) }
        if let attempt = event.attempt { writer.member("attempt", attempt) }
        // Cut to its bound, it may end within a character.
        if !echo.providerStatus.isEmpty { writer.member("providerStatus", String(decoding: echo.providerStatus, as: UTF8.self)) }
        if let reason = event.reason {
            writer.key("reason")
            writer.beginObject()
            writer.member("code", reason.code)
            writer.member("kind", reason.kind.rawValue)
            writer.member("message", reason.message ?? Self.message(of: reason.code))
            writer.endObject()
        }
        if echo.parts > 0 { writer.member("parts", Int(echo.parts)) }
        if let cost = echo.cost { encode(cost, into: &writer) }
        if event.isPossibleDuplicate { writer.member("possibleDuplicate", true) }
        if let metadata = echo.metadata {
            writer.key("metadata")
            metadata.withUnsafeBytes { writer.literal($0) }
        }
        writer.endObject()
    }

    /// The provider's literals as they are; what is no number of JSON would spoil the event and is left out.
    private func encode(_ cost: Echo.Cost, into writer: inout JSONWriter) {
        let hasCredits = Self.isNumber(cost.credits)
        let hasMoney = Self.isNumber(cost.money)
        guard hasCredits || hasMoney else { return }
        writer.key("cost")
        writer.beginObject()
        if hasCredits {
            writer.key("credits")
            cost.credits.withUnsafeBytes { writer.literal($0) }
        }
        if hasMoney {
            writer.key("money")
            cost.money.withUnsafeBytes { writer.literal($0) }
        }
        writer.endObject()
    }

    private static func isNumber(_ literal: [UInt8]) -> Bool {
        guard !literal.isEmpty else { return false }
        return literal.withUnsafeBytes { bytes in
            var reader = JSONReader(bytes)
            return (try? reader.readNumberLiteral()).map { $0.raw.count == bytes.count } ?? false
        }
    }

    private static func type(of status: MessageStatus) -> StaticString {
        switch status {
        case .queued: "by.rocketsms.sms.queued.v1"
        case .sent: "by.rocketsms.sms.sent.v1"
        case .delivered: "by.rocketsms.sms.delivered.v1"
        case .failed: "by.rocketsms.sms.failed.v1"
        }
    }

    /// For a reason that brings no sentence of its own.
    private static func message(of code: String) -> String {
        switch code {
        case "CANCELLED": "cancelled on command before it was sent"
        case "RESOLVED": "an operator resolved the unknown outcome"
        case "PROVIDER_FAILED": "the provider reported that it could not deliver the message"
        default: "the provider refused the message"
        }
    }
}
