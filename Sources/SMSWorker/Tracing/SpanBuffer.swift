internal import SMSPipeline

/// Spans that wait for the collector. One that is slow costs spans, never messages, nor memory.
struct SpanBuffer: Sendable {
    /// A few seconds of a full load, some 2 MB.
    static let limit = 16_384
    /// In one request.
    static let batchLimit = 1_024

    private var spans: [TraceSpan] = []
    private var first = 0
    /// For want of room.
    private(set) var dropped = 0

    var count: Int { spans.count - first }

    /// - Returns: whether a batch is full now.
    mutating func append(_ span: TraceSpan) -> Bool {
        guard count < Self.limit else {
            dropped += 1
            return false
        }
        spans.append(span)
        return count == Self.batchLimit
    }

    mutating func takeBatch() -> [TraceSpan] {
        let batch = Array(spans[first..<min(spans.count, first + Self.batchLimit)])
        first += batch.count
        if first == spans.count || first >= Self.limit {
            spans.removeFirst(first)
            first = 0
        }
        return batch
    }
}
