internal import Requests
internal import Time

/// Acceptances that came late, and that the ledger does not say yet: facts as those of `FactStore`, and kept as long.
///
/// By request: between the attempt and this word intents may stand that never began, and the ledger may say the mark of any. One a request:
/// an unknown part stops its attempt, and the next attempt's first part ends the waiting for a word on it.
struct LateFacts {
    private struct Key: Hashable {
        let partition: PartitionKey
        let request: RequestHash
    }

    private struct Entry {
        let acceptance: LateAcceptance
        let recordedAt: MonotonicInstant
    }

    private let lifetime: Duration
    private let limit: Int
    private var entries: [Key: Entry] = [:]

    init(lifetime: Duration, limit: Int) {
        self.lifetime = lifetime
        self.limit = limit
    }

    var count: Int { entries.count }

    mutating func record(_ acceptance: LateAcceptance, at now: MonotonicInstant) {
        let key = Key(partition: acceptance.partition, request: acceptance.request)
        if entries.count >= limit, entries[key] == nil { expire(now) }
        if entries.count >= limit, entries[key] == nil, let oldest = entries.min(by: { $0.value.recordedAt < $1.value.recordedAt }) {
            entries[oldest.key] = nil
        }
        entries[key] = Entry(acceptance: acceptance, recordedAt: now)
    }

    /// - Parameter offset: of the request's record.
    func look(_ request: RequestHash, at offset: Int64, of partition: PartitionKey) -> LateAcceptance? {
        let found = entries[Key(partition: partition, request: request)]?.acceptance
        return found?.offset == offset ? found : nil
    }

    mutating func remove(_ request: RequestHash, of partition: PartitionKey) {
        if !entries.isEmpty { entries[Key(partition: partition, request: request)] = nil }
    }

    mutating func expire(_ now: MonotonicInstant) {
        if !entries.isEmpty { entries = entries.filter { now - $0.value.recordedAt < lifetime } }
    }
}
