/// Lets something through at most once an interval for each key, and counts what it held back:
/// an error that comes a thousand times a second is one line.
///
///     if let suppressed = noisy.admit(code, at: now.nanoseconds) {
///         logger.warning("…", metadata: ["suppressed": .init(suppressed)])
///     }
package struct OncePer<Key: Hashable & Sendable>: Sendable {
    private struct Entry {
        var admitted: Int64
        var suppressed = 0
    }

    private let intervalNanoseconds: Int64
    private let maximumKeys: Int
    private var entries: [Key: Entry] = [:]

    /// - Parameters:
    ///   - interval: the least time between two that are let through.
    ///   - maximumKeys: beyond it, the key let through longest ago is forgotten.
    package init(_ interval: Duration, maximumKeys: Int = 256) {
        let (seconds, attoseconds) = interval.components
        intervalNanoseconds = seconds * 1_000_000_000 + attoseconds / 1_000_000_000
        self.maximumKeys = max(1, maximumKeys)
    }

    /// Nil: hold it back. Else how many were held back since the last one, 0 at first.
    /// - Parameter now: nanoseconds of any clock that does not go back.
    package mutating func admit(_ key: Key, at now: Int64) -> Int? {
        if let entry = entries[key] {
            if now - entry.admitted < intervalNanoseconds {
                entries[key]?.suppressed += 1
                return nil
            }
            entries[key] = Entry(admitted: now)
            return entry.suppressed
        }
        if entries.count >= maximumKeys, let oldest = entries.min(by: { $0.value.admitted < $1.value.admitted }) {
            entries[oldest.key] = nil
        }
        entries[key] = Entry(admitted: now)
        return 0
    }
}
