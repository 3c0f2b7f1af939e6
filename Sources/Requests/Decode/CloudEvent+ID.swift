package import JSON

extension CloudEvent {
    /// The event's own id, judged by nobody yet. Holds the record's pointers.
    package enum ID {
        case none
        case header(UnsafeRawBufferPointer)
        case member(JSONStringSlice)

        /// That of the headers; a structured event carries its id in the value alone.
        package init(_ headers: RequestHeaders) {
            guard let id = headers.eventID, !CloudEvent.isStructured(headers) else {
                self = .none
                return
            }
            self = .header(id)
        }

        /// - Returns: nil where there is none; an id that cannot be one of ours throws `BAD_ID`.
        package func checked(at position: RecordPosition) throws(DeadLetterReason) -> [UInt8]? {
            let bytes: [UInt8]
            switch self {
            case .none: return nil
            case .header(let header): bytes = Array(header)
            case .member(let slice): bytes = slice.unescapedBytes
            }
            if bytes.isEmpty { return nil }
            guard String(validating: bytes, as: UTF8.self) != nil, RequestRules.isID(bytes, at: position) else {
                throw DeadLetterReason(.badID, "the CloudEvent's id, which stands for a missing id, exceeds 128 characters")
            }
            return bytes
        }

        /// For the dead letter of a record that is refused for another reason.
        package func readable(at position: RecordPosition) -> [UInt8]? { (try? checked(at: position)) ?? nil }
    }
}
