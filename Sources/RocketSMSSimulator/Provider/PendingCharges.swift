internal import EventLoop
internal import Time

/// Parts of messages whose credits go at a later time.
struct PendingCharges {
    private var charges: [(due: WallTime, parts: Int)] = []
    /// The least of the times, so that nothing is looked through before it.
    private var earliest: WallTime?

    mutating func add(_ parts: Int, due: WallTime) {
        charges.append((due, parts))
        earliest = min(earliest ?? due, due)
    }

    /// Takes what is due by now.
    ///
    /// - Returns: the parts, in all.
    mutating func take(at now: WallTime) -> Int {
        guard let earliest, earliest <= now else { return 0 }
        var parts = 0
        charges.removeAll { charge in
            guard charge.due <= now else { return false }
            parts += charge.parts
            return true
        }
        self.earliest = charges.map(\.due).min()
        return parts
    }
}
