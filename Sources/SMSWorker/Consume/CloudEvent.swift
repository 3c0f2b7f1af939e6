internal import JSON

/// What CloudEvents 1.0 puts around a request: where its JSON is, and the event's own id. Holds the record's pointers.
struct CloudEvent {
    enum Data {
        case bytes(UnsafeRawBufferPointer)
        /// `data_base64`, decoded.
        case decoded([UInt8])
    }

    enum ID {
        case none
        case header(UnsafeRawBufferPointer)
        case member(JSONStringSlice)
    }

    let data: Data
    let id: ID

    /// A record that is no CloudEvent passes through; its `ce_id` counts all the same.
    init(headers: RequestHeaders, value: UnsafeRawBufferPointer) throws(DeadLetterReason) {
        if let type = headers.contentType, type.hasPrefixIgnoringCase("application/cloudevents") {
            guard Self.isStructuredJSON(type) else {
                throw DeadLetterReason(.badCloudEvent, "of the structured CloudEvents only application/cloudevents+json is read")
            }
            self = try Self(structured: value)
            return
        }
        data = .bytes(value)
        id = headers.eventID.map { ID.header($0) } ?? .none
        guard let version = headers.specversion else { return }
        guard version == "1.0" else { throw DeadLetterReason(.badCloudEvent, "ce_specversion is not 1.0") }
        for attribute in [headers.eventID, headers.eventSource, headers.eventType] {
            guard let attribute, !attribute.isEmpty, String(validating: attribute, as: UTF8.self) != nil else {
                throw DeadLetterReason(.badCloudEvent, "the CloudEvent lacks ce_id, ce_source or ce_type in UTF-8")
            }
        }
    }

    /// - Returns: nil where the record has none; a `ce_id` that cannot be an id of ours throws `BAD_ID`.
    func requestID() throws(DeadLetterReason) -> [UInt8]? {
        let bytes: [UInt8]
        switch id {
        case .none: return nil
        case .header(let header): bytes = Array(header)
        case .member(let slice): bytes = slice.unescapedBytes
        }
        if bytes.isEmpty { return nil }
        let isGood = String(validating: bytes, as: UTF8.self).map { $0.unicodeScalars.count <= SendRequest.idLimit } ?? false
        guard isGood else { throw DeadLetterReason(.badID, "the CloudEvent's id, which stands for a missing id, exceeds 128 characters") }
        return bytes
    }

    /// `application/cloudevents+json`, with parameters or without.
    private static func isStructuredJSON(_ type: UnsafeRawBufferPointer) -> Bool {
        let form: StaticString = "application/cloudevents+json"
        guard type.hasPrefixIgnoringCase(form) else { return false }
        let rest = type.dropFirst(form.utf8CodeUnitCount)
        return rest.isEmpty || rest.first == UInt8(ascii: ";") || rest.first == UInt8(ascii: " ")
    }

    private init(structured json: UnsafeRawBufferPointer) throws(DeadLetterReason) {
        let envelope: CloudEventEnvelope
        do throws(JSONError) { envelope = try CloudEventEnvelope(reading: json) } catch { throw DeadLetterReason(notJSON: error) }
        guard case .string("1.0") = envelope.specversion else { throw DeadLetterReason(.badCloudEvent, "specversion is not 1.0") }
        guard case .string(let id) = envelope.id, !id.raw.isEmpty, case .string(let source) = envelope.source, !source.raw.isEmpty,
            case .string(let type) = envelope.type, !type.raw.isEmpty
        else { throw DeadLetterReason(.badCloudEvent, "the CloudEvent lacks id, source or type") }
        self.id = .member(id)
        switch (envelope.data, envelope.base64) {
        case (let bytes?, .absent): data = .bytes(bytes)
        case (nil, .string(let slice)):
            guard let bytes = slice.withUnescapedBytes(Base64.decode), !bytes.isEmpty else {
                throw DeadLetterReason(.badCloudEvent, "data_base64 is empty or not Base64")
            }
            data = .decoded(bytes)
        default: throw DeadLetterReason(.badCloudEvent, "the CloudEvent has not exactly one of data and data_base64")
        }
    }
}
