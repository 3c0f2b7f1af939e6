/// What a sweep found.
package struct Sweep: Sendable {
    package struct Closed: Sendable {
        package let id: [UInt8]
        package let hash: RequestHash
        /// `LedgerEntry.alias`.
        package let alias: RequestHash?
        package let closedAt: Int64
    }

    package var closed: [Closed] = []
    /// Where the next sweep goes on.
    package var nextOffset: Int64
    /// When the first id that stays was closed; nil: none was seen.
    package var nextClosedAt: Int64?
}
