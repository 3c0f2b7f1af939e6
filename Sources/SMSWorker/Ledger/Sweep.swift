/// What a sweep found.
struct Sweep: Sendable {
    struct Closed: Sendable {
        let id: [UInt8]
        let hash: RequestHash
        let closedAt: Int64
    }

    var closed: [Closed] = []
    /// Where the next sweep goes on.
    var nextOffset: Int64
    /// When the first id that stays was closed; nil: none was seen.
    var nextClosedAt: Int64?
}
