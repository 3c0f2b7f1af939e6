/// Writes the headers of a dead letter and says what of the bad record comes with them (`schemas/dead-letter-headers.schema.json`).
package struct DeadLetterEncoder: Sendable {
    /// What of the bad record the dead letter carries. Every case but `everything` says `dlq-truncated: true`.
    package enum Extent: Equatable, Sendable {
        case everything
        /// Too large even so: the value is left out.
        case withoutValue
        /// Too large without its value: only the key and the `dlq-*` headers are left.
        case withoutValueAndHeaders
        /// The key alone is too large.
        case headersAlone
    }

    /// What a record costs on the wire beside its bytes, and a header beside its own: a generous bound on lengths and batch head.
    private static let recordOverhead = 256
    private static let headerOverhead = 16

    /// Largest dead letter that the topic takes, in bytes.
    private let limit: Int

    package init(limit: Int) { self.limit = limit }

    /// - Parameters:
    ///   - timestamp: The record's, in milliseconds since 1970; -1 where it has none.
    ///   - key: Its size; 0 where it is null.
    ///   - value: Its size; 0 where it is null.
    ///   - originals: The record's headers: they come first, in their order, without those of an earlier dead letter (`dlq-*`).
    ///   - now: Milliseconds since 1970.
    ///   - headers: Emptied, then filled.
    package func encode(
        _ reason: DeadLetterReason, at position: RecordPosition, timestamp: Int64, key: Int, value: Int, originals: RecordHeaders,
        now: Int64, into headers: inout RecordHeaders
    ) -> Extent {
        headers.removeAll()
        originals.withEach { name, value in
            if !name.hasPrefix("dlq-") { headers.append(name: name, value: value) }
        }
        append(reason, at: position, timestamp: timestamp, now: now, to: &headers)
        if fits(key + value, headers) { return .everything }
        headers.append("dlq-truncated", "true")
        if fits(key, headers) { return .withoutValue }
        headers.removeAll()
        append(reason, at: position, timestamp: timestamp, now: now, to: &headers)
        headers.append("dlq-truncated", "true")
        return fits(key, headers) ? .withoutValueAndHeaders : .headersAlone
    }

    private func append(
        _ reason: DeadLetterReason, at position: RecordPosition, timestamp: Int64, now: Int64, to headers: inout RecordHeaders
    ) {
        headers.append("dlq-code", reason.code.rawValue)
        headers.append("dlq-message", reason.message)
        headers.append("dlq-topic", position.topic)
        headers.append("dlq-partition", position.partition)
        headers.append("dlq-offset", position.offset)
        headers.append("dlq-timestamp", timestamp)
        headers.append("dlq-at") { RFC3339.append(now, to: &$0) }
        if let id = reason.requestID { headers.append("dlq-request-id", id) }
    }

    private func fits(_ bytes: Int, _ headers: RecordHeaders) -> Bool {
        bytes + headers.byteCount + headers.count * Self.headerOverhead + Self.recordOverhead <= limit
    }
}
