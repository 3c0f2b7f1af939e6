internal import JSON

/// What CloudEvents 1.0 puts around a request: where its JSON is, and the event's own id. Holds the record's pointers.
package struct CloudEvent {
    package enum Data {
        case bytes(UnsafeRawBufferPointer)
        /// `data_base64`, decoded.
        case decoded([UInt8])
    }

    package let data: Data
    package let id: ID

    /// A record that is no CloudEvent passes through; its `ce_id` counts all the same.
    package init(headers: RequestHeaders, value: UnsafeRawBufferPointer, at position: RecordPosition) throws(DeadLetterReason) {
        if Self.isStructured(headers) {
            guard let type = headers.contentType, Self.isStructuredJSON(type) else {
                throw DeadLetterReason(.badCloudEvent, "of the structured CloudEvents only application/cloudevents+json is read")
            }
            self = try Self(structured: value, at: position)
            return
        }
        data = .bytes(value)
        id = ID(headers)
        guard let version = headers.specversion else { return }
        guard version == "1.0" else {
            throw DeadLetterReason(.badCloudEvent, "ce_specversion is not 1.0", requestID: id.readable(at: position))
        }
        for attribute in [headers.eventID, headers.eventSource, headers.eventType] {
            guard let attribute, !attribute.isEmpty, String(validating: attribute, as: UTF8.self) != nil else {
                throw DeadLetterReason(
                    .badCloudEvent, "the CloudEvent lacks ce_id, ce_source or ce_type in UTF-8", requestID: id.readable(at: position))
            }
        }
    }

    package static func isStructured(_ headers: RequestHeaders) -> Bool {
        headers.contentType?.hasPrefixIgnoringCase("application/cloudevents") ?? false
    }

    /// `application/cloudevents+json`, with parameters or without.
    private static func isStructuredJSON(_ type: UnsafeRawBufferPointer) -> Bool {
        let form: StaticString = "application/cloudevents+json"
        guard type.hasPrefixIgnoringCase(form) else { return false }
        let rest = type.dropFirst(form.utf8CodeUnitCount)
        return rest.isEmpty || rest.first == UInt8(ascii: ";") || rest.first == UInt8(ascii: " ")
    }

    private init(structured json: UnsafeRawBufferPointer, at position: RecordPosition) throws(DeadLetterReason) {
        let envelope: CloudEventEnvelope
        do throws(JSONError) { envelope = try CloudEventEnvelope(reading: json) } catch { throw DeadLetterReason(notJSON: error) }
        func refusal(_ message: String) -> DeadLetterReason {
            guard case .string(let id) = envelope.id else { return DeadLetterReason(.badCloudEvent, message) }
            return DeadLetterReason(.badCloudEvent, message, requestID: ID.member(id).readable(at: position))
        }
        guard case .string("1.0") = envelope.specversion else { throw refusal("specversion is not 1.0") }
        guard case .string(let id) = envelope.id, !id.raw.isEmpty, case .string(let source) = envelope.source, !source.raw.isEmpty,
            case .string(let type) = envelope.type, !type.raw.isEmpty
        else { throw refusal("the CloudEvent lacks id, source or type") }
        self.id = .member(id)
        switch (envelope.data, envelope.base64) {
        case (let bytes?, .absent): data = .bytes(bytes)
        case (nil, .string(let slice)):
            guard let bytes = slice.withUnescapedBytes(Base64.decode), !bytes.isEmpty else {
                throw refusal("data_base64 is empty or not Base64")
            }
            data = .decoded(bytes)
        default: throw refusal("the CloudEvent has not exactly one of data and data_base64")
        }
    }
}
