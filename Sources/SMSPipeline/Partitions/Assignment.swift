package import Requests
package import Time

/// One ownership of one partition, from its assign event to the answer of its revoke (or to its loss). Assigned again, the partition gets
/// another one: so an operation that is late for its assignment is recognised and dropped, whatever has happened since.
package final class Assignment {
    package enum Phase: Equatable {
        /// The ledger is being read.
        case restoring
        case open
        /// Not to be read until an operator has decided; the sentence says why.
        case closed(String)
        /// Being given back: nothing begins any more.
        case draining
    }

    /// What an open id stands for.
    package enum Live {
        case active(PendingRequest)
        case tracked(TrackingHandle)
    }

    package let id: AssignmentID
    package let topic: RequestTopic
    package let partition: Int32
    package let key: PartitionKey
    package private(set) var isAlive = true
    /// The same for other threads.
    package let liveness = Liveness()
    package var phase = Phase.restoring

    /// How far it has been read; set when it opens.
    package var position: ReadPosition
    /// The offset that the last transaction begun for this assignment carried.
    package var coveredOffset: Int64 = 0

    /// The open ids.
    package var live: [RequestHash: Live] = [:]
    package var dedup: Dedup
    /// Its ledger is read, and what receipts of before say of it is being looked for, or written down: until then nothing more is applied than
    /// its ledger says.
    package var catchingUp: Opening?
    /// Up to where the last transaction begun for this assignment has receipts applied.
    package var coveredReceipts: LedgerCodec.AppliedReceipts?

    /// A ledger that has been read, on its way to be opened.
    package struct Opening {
        package let ledger: RestoredLedger
        package let offset: Int64
        let hold: ReceiptHold?
    }

    /// Why nothing of it can be read, though it is open; nil: a record or an end has come since.
    package var readingFails: String?
    /// Its log is damaged where it is read: what the client gives out behind that is not taken.
    package var isReadingHalted = false
    /// The broker did not know the offset that was asked for: the client library reads nothing more of the partition in this session, and
    /// says nothing where it is sought (librdkafka 2.0.2).
    package var isFetchOver = false
    /// Why it stays closed, kept while it is looked at again.
    package var closedReason: String?
    /// By what it stays closed: a change is an operator's word. Nil: its ledger is looked at again as a whole.
    package var closedBy: ClosedBy?
    /// A look at it is under way.
    package var isLookedAt = false
    /// Its ledger was empty: reading it again costs nothing, and a repair may leave the offset as it is.
    package var isLedgerEmpty = false

    /// Operations in the commit queue and in the transaction under way.
    package var pendingOperations = 0

    // Counted by `SendQueue`:
    /// POSTs under way.
    package internal(set) var running = 0
    /// Requests without an attempt, and their bytes in memory.
    package internal(set) var waiting = 0
    package internal(set) var waitingBytes = 0
    /// Those of them that wait for their `sendAt` under the worker's schedule.
    package internal(set) var scheduled = 0
    /// As many wait as may: it is not read until a fifth of them have gone.
    package private(set) var isFull = false

    /// When the empty-key record was last written; nil: not yet by this assignment.
    package var recordedAt: MonotonicInstant?
    /// Since when the ledger has had no other record; nil: one was written, or what there was has been followed by another.
    package var quietSince: MonotonicInstant?
    package var isSweeping = false
    /// What its restore has read, until it is taken in.
    package var restore: PartitionRestore?
    /// Why its ledger could not be read when it was last tried, where that is no trouble of the brokers'.
    package var restoreFails: String?
    /// A restore that failed for the brokers' sake is tried again then.
    package var restoreAgainAt: MonotonicInstant?

    package init(id: AssignmentID, topic: RequestTopic, partition: Int32, dedup: consuming Dedup, at now: MonotonicInstant) {
        key = PartitionKey(topic: topic.name, partition: partition)
        position = ReadPosition(at: 0, openedAt: now)
        self.id = id
        self.topic = topic
        self.partition = partition
        self.dedup = dedup
    }

    /// In log order: what is written of them must not depend on the order of a hash table.
    package var activeInOrder: [PendingRequest] {
        live.values.compactMap { live -> PendingRequest? in if case .active(let request) = live { request } else { nil } }
            .sorted { $0.entry.offset < $1.entry.offset }
    }

    package enum Filling: Equatable {
        case full
        /// A fifth of it has gone.
        case roomy
    }

    /// Two marks: at its share of what may wait reading stops, and goes on when a fifth of that has gone.
    ///
    /// - Returns: what has changed.
    package func lookAtShare(_ most: Int, bytes mostBytes: Int) -> Filling? {
        // One that waits for its `sendAt` counts as a tenth, or a campaign for tomorrow would stop what is to be sent today.
        let load = waiting - scheduled + (scheduled + 9) / 10
        let fill = max(Double(load) / Double(most), Double(waitingBytes) / Double(mostBytes))
        if isFull, fill <= 0.8 {
            isFull = false
            return .roomy
        }
        if !isFull, fill >= 1 {
            isFull = true
            return .full
        }
        return nil
    }

    package func end() {
        isAlive = false
        dedup.clear()
        liveness.end()
    }

    /// Nothing runs for it, and nothing of it waits for a transaction; or it has ended.
    package var isDrained: Bool { !isAlive || (running == 0 && pendingOperations == 0) }

    /// `<topic>-<partition>`: for log lines.
    package var name: String { key.name }
}

/// Names one ownership of one partition in this process; another assignment of the same partition has another one.
package struct AssignmentID: Hashable, Sendable {
    package let value: UInt64

    package init(value: UInt64) {
        self.value = value
    }
}
