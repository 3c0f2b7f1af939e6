/// The record of accepted parts, from number 1. When it is full, a quarter of it goes at once, the oldest.
struct PartLog {
    /// Parts kept at most.
    let limit: Int
    private var parts: [SubmittedPart] = []
    /// Parts that are no longer kept.
    private(set) var dropped = 0

    init(limit: Int) { self.limit = max(4, limit) }

    var total: Int { dropped + parts.count }

    mutating func append(_ part: SubmittedPart) {
        if parts.count == limit {
            parts.removeFirst(limit / 4)
            dropped += limit / 4
        }
        parts.append(part)
    }

    /// From number `first` on, at most `limit`.
    func parts(from first: Int, limit: Int) -> ArraySlice<SubmittedPart> {
        parts.dropFirst(max(0, max(1, first) - dropped - 1)).prefix(max(0, limit))
    }
}
