internal import JSON
internal import SMSText

/// Reads one record of a request topic. Pure: it looks at nothing but its parameters and keeps none of their pointers.
package enum RequestDecoder {
    /// - Parameters:
    ///   - key: Nil and empty mean the same: no order.
    ///   - timestamp: The record's, milliseconds since 1970.
    ///   - isPriorityTopic: What `priority` is where the request does not say.
    ///   - now: The caller's clock, milliseconds since 1970, which bounds `sendAt`; nil for who judges records of the past, or has none.
    package static func decode(
        key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?, headers: RequestHeaders, at position: RecordPosition,
        timestamp: Int64, isPriorityTopic: Bool, now: Int64? = nil
    ) -> DecodedRecord {
        guard let value, let payload = unframed(value) else {
            return .deadLetter(
                DeadLetterReason(.noValue, "the record has no value", requestID: CloudEvent.ID(headers).readable(at: position)))
        }
        let event: CloudEvent
        do throws(DeadLetterReason) { event = try CloudEvent(headers: headers, value: payload, at: position) } catch {
            return .deadLetter(error)
        }
        switch event.data {
        case .bytes(let json):
            return decode(
                json, event, key: key, headers: headers, at: position, timestamp: timestamp, isPriorityTopic: isPriorityTopic, now: now)
        case .decoded(let json):
            return json.withUnsafeBytes {
                decode(
                    ByteOrderMark.skip($0), event, key: key, headers: headers, at: position, timestamp: timestamp,
                    isPriorityTopic: isPriorityTopic, now: now)
            }
        }
    }

    /// The value without a Confluent frame (a zero byte, which no JSON begins with, and the schema's id in four); nil: nothing is left.
    private static func unframed(_ value: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        let payload = ByteOrderMark.skip(value.first == 0 ? UnsafeRawBufferPointer(rebasing: value.dropFirst(5)) : value)
        return payload.isEmpty ? nil : payload
    }

    private static func decode(
        _ json: UnsafeRawBufferPointer, _ event: CloudEvent, key: UnsafeRawBufferPointer?, headers: RequestHeaders,
        at position: RecordPosition, timestamp: Int64, isPriorityTopic: Bool, now: Int64?
    ) -> DecodedRecord {
        let fields: RequestFields
        do throws(JSONError) {
            fields = try RequestFields(reading: json)
        } catch {
            return .deadLetter(DeadLetterReason(notJSON: error, requestID: event.id.readable(at: position)))
        }
        let isCommand = !fields.command.isAbsent
        let id = GivenID(fields.id, event, at: position, isCommand: isCommand)
        do throws(DeadLetterReason) {
            if let key, key.count > SendRequest.keyLimit { throw DeadLetterReason(.badKey, "the record's key exceeds 4 KiB") }
            if isCommand { return .command(try CommandRules.command(fields, at: position)) }
            return .request(
                try request(
                    fields, id, key: key, headers: headers, at: position, timestamp: timestamp, isPriorityTopic: isPriorityTopic, now: now))
        } catch {
            return .deadLetter(DeadLetterReason(error.code, error.message, requestID: id.readable))
        }
    }

    private static func request(
        _ fields: RequestFields, _ givenID: GivenID, key: UnsafeRawBufferPointer?, headers: RequestHeaders,
        at position: RecordPosition, timestamp: Int64, isPriorityTopic: Bool, now: Int64?
    ) throws(DeadLetterReason) -> SendRequest {
        let message = try RequestRules.message(fields)
        let given = try givenID.checked()
        let sendAt = try RequestRules.sendAt(fields.sendAt, now: now)
        let expiresAt = try RequestRules.expiresAt(fields.expiresAt, sendAt: sendAt)
        let isPriority = try RequestRules.isPriority(fields.priority, default: isPriorityTopic)
        let onUnknown = try RequestRules.onUnknown(fields.onUnknown)
        let metadata = try RequestRules.metadata(fields.metadata)
        var echo = Echo(
            id: given ?? position.generatedID(timestamp: timestamp), key: key.flatMap { $0.isEmpty ? nil : Array($0) }, metadata: metadata,
            traceparent: trace(headers.traceparent), tracestate: trace(headers.tracestate))
        if !message.isTemplate { echo.parts = UInt8(clamping: message.text.withUnsafeBytes { MessageParts(utf8: $0).count }) }
        return SendRequest(
            echo: echo, message: message, hasGeneratedID: given == nil, isPriority: isPriority, sendAt: sendAt, expiresAt: expiresAt,
            onUnknown: onUnknown)
    }

    private static func trace(_ header: UnsafeRawBufferPointer?) -> [UInt8]? {
        guard let header, !header.isEmpty, header.count <= SendRequest.traceLimit else { return nil }
        return Array(header)
    }
}

/// What a record turned out to be. Every record is exactly one of these.
package enum DecodedRecord: Equatable, Sendable {
    case request(SendRequest)
    case command(Command)
    case deadLetter(DeadLetterReason)
}
