package import Requests

/// What a partition is to do after its restore: a pure decision.
package enum RestoreDecision: Equatable, Sendable {
    /// Read on from this offset.
    case open(at: Int64)
    /// Not to be read; the sentence says why, and what the operator can do. `offsets repair` is the answer where it is repairable.
    case closed(String, isRepairable: Bool)

    /// - Parameters:
    ///   - committed: the group's committed offset; nil: none.
    ///   - low, high: the request partition's watermarks.
    package static func decide(group: String, committed: Int64?, low: Int64, high: Int64, ledger: RestoredLedger) -> RestoreDecision {
        if let recorded = ledger.recorded, recorded.group != group {
            let place = ledger.recordedAt.map { " (offset \($0) of the ledger)" } ?? ""
            let number = ledger.recordedAt.map { "\($0)" } ?? "N"
            return .closed(
                "its ledger belongs to the group \(shown(recorded.group))\(place): two groups cannot share a ledger; where no worker of that "
                    + "group will come back, `rocketsms-worker ledger forget --offset \(number) --other-group`, with topic and partition, "
                    + "takes its record out",
                isRepairable: false)
        }
        let repair = "choose with `rocketsms-worker offsets repair --from ledger|earliest|latest`"
        guard let committed else {
            if ledger.isUsed {
                return .closed(
                    "the group has no committed offset, but the ledger has been used up to offset \(ledger.recordedOffset): \(repair)",
                    isRepairable: true)
            }
            return .open(at: low)
        }
        if committed < ledger.recordedOffset {
            return .closed(
                "the committed offset \(committed) lies below \(ledger.recordedOffset), up to which the ledger was used: \(repair)",
                isRepairable: true)
        }
        if committed < low || committed > high {
            return .closed("the committed offset \(committed) lies outside the log, \(low) to \(high): \(repair)", isRepairable: true)
        }
        // The first transaction of every assignment writes a record under the empty key, and compaction keeps the last one: a group that has
        // read something here has a ledger. Offsets that were set by hand, or left by another consumer, look the same: the operator knows.
        if committed > 0, !ledger.isUsed {
            return .closed(
                "the group has read up to offset \(committed), but the ledger is empty: if it was lost, so are the requests that were open in "
                    + "it; if the offset was set by hand, or another consumer left it, `rocketsms-worker offsets repair --from ledger` goes "
                    + "on there",
                isRepairable: true)
        }
        return .open(at: committed)
    }

    /// A name that anybody may have written there, of any length and any characters; who shows it makes these harmless.
    private static func shown(_ group: String) -> String {
        let scalars = group.unicodeScalars
        return scalars.count > 64 ? String(String.UnicodeScalarView(scalars.prefix(64))) + "…" : group
    }
}
