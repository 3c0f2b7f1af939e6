internal import Time

/// Which closed ids of a ledger may go: fed with its records in log order from where the last sweep stopped, until it has enough.
package struct SweepFold {
    package private(set) var sweep: Sweep
    private let request: SweepRequest
    private var surplus: Int
    /// How far ahead of ours another worker's clock may be, in milliseconds.
    package static let clockDifference = RFC3339.millisecondsOfDay

    /// - Parameter low: where the ledger begins now.
    package init(_ request: SweepRequest, low: Int64) {
        self.request = request
        surplus = request.surplus
        sweep = Sweep(nextOffset: max(request.from, low))
    }

    /// - Returns: false where the next one is not to be read.
    package mutating func add(offset: Int64, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?) -> Bool {
        guard let key, !key.isEmpty, let value, let head = try? LedgerCodec.head(value), let closedAt = head.closedAt else {
            sweep.nextOffset = offset + 1
            return true
        }
        // No worker wrote it, and with it the partition would stay closed at its next restore.
        let isBeyond = LedgerFold.isBeyond(closedAt: closedAt, now: request.now)
        if !isBeyond, closedAt > request.now.clampedSum(Self.clockDifference) {
            // Of a clock that was wrong: it would stop the sweep until then. It goes by a later assignment's sweep, when its time has come.
            sweep.nextOffset = offset + 1
            return true
        }
        guard closedAt < request.closedBefore || isBeyond || surplus > 0, sweep.closed.count < request.limit else {
            sweep.nextClosedAt = sweep.closed.count < request.limit ? closedAt : 0
            return false
        }
        surplus -= 1
        sweep.nextOffset = offset + 1
        let alias = head.hasTimelessID ? RequestHash(timelessID: key, timestamp: head.timestamp) : nil
        sweep.closed.append(Sweep.Closed(id: [UInt8](key), hash: RequestHash(id: key), alias: alias, closedAt: closedAt))
        return true
    }
}
