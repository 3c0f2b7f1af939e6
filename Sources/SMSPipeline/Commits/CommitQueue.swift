package import Requests
package import Time

/// The operations that are decided and not yet committed, in order, gathered into batches of one transaction each.
///
/// A pure value on the loop: it never blocks, never retries; whoever runs it takes the first batch, commits it, and says how that ended.
package struct CommitQueue {
    /// What is to happen when an operation has been committed, and what is known of the provider if it never is.
    package enum Completion {
        case none
        /// The intent of this request: once committed, its POST may begin.
        case intent(PendingRequest, mark: UInt64)
        /// The outcome of this attempt: a fact as long as it is not committed.
        case outcome(AttemptOutcome, mark: UInt64)
        /// A part of an attempt that was over was taken after all: a fact as well.
        case late(LateAcceptance)
    }

    package struct Batch {
        package var content = TransactionContent()
        package var completions: [(owner: Int32, Completion)] = []
        package var owners: [Assignment] = []
        /// What ends with its commit.
        package fileprivate(set) var spans: [TraceSpan] = []
        package var isUrgent = false
        /// Set when any operation of it must be committed at all, not just with the next one.
        package var hasRecords: Bool { !content.records.isEmpty }
        /// A tombstone may take the last trace of how far a partition was read: the recorded offset goes with it.
        package fileprivate(set) var hasTombstone = false
        /// Operations of each owner, given back to its counter when the batch is committed or dropped.
        package fileprivate(set) var operationCounts: [Int] = []
        /// Up to where each owner's operations have receipts applied; nil: they say nothing of it.
        package fileprivate(set) var receipts: [LedgerCodec.AppliedReceipts?] = []
        fileprivate var ownerIndex: [AssignmentID: Int32] = [:]

        /// Its operations are committed, or dropped.
        package func giveBackOperations() {
            for (index, owner) in owners.enumerated() { owner.pendingOperations -= operationCounts[index] }
        }

        /// - Parameter assignment: nil: of all.
        package func visitCompletions(of assignment: Assignment?, _ body: (Completion) -> Void) {
            for (owner, completion) in completions where assignment == nil || owners[Int(owner)] === assignment { body(completion) }
        }

        fileprivate mutating func index(of assignment: Assignment) -> Int32 {
            if let index = ownerIndex[assignment.id] { return index }
            let index = Int32(owners.count)
            owners.append(assignment)
            content.owners.append(
                TransactionContent.Owner(
                    assignment: assignment.id, topic: assignment.topic.name, ledgerTopic: assignment.topic.ledgerName,
                    partition: assignment.partition, offset: -1, highestEntry: -1))
            operationCounts.append(0)
            receipts.append(nil)
            ownerIndex[assignment.id] = index
            return index
        }
    }

    /// Records of one transaction at most: where they are committed quickly (`PacingRule.recordLimit`).
    package static let recordLimit = 8_000
    /// Of the batches that are filled from now on.
    package var recordLimit: Int
    /// Bytes of one transaction at most, but for its last operation.
    package static let byteLimit = 4 << 20

    package private(set) var batches: [Batch] = []
    /// Since when an offset alone has been waiting for a transaction to go with.
    package private(set) var offsetsSince: MonotonicInstant?

    package init(recordLimit: Int = CommitQueue.recordLimit) { self.recordLimit = recordLimit }

    package var isEmpty: Bool { batches.isEmpty }
    package var hasRecords: Bool { batches.contains { $0.hasRecords } }
    package var isUrgent: Bool { batches.contains { $0.isUrgent } }
    /// Records and tombstones that wait for a transaction.
    package var recordCount: Int { batches.reduce(0) { $0 + $1.content.records.count } }

    /// Opens an operation of `assignment`. All its records come in this one call, so they are committed together.
    ///
    /// - Parameters:
    ///   - entry: the offset of the request whose entry is written.
    ///   - advance: the offset up to which the operation covers the partition's records.
    ///   - receipts: the position up to which what was appended so far has receipts applied.
    package mutating func append(
        _ assignment: Assignment, at now: MonotonicInstant, entry: Int64? = nil, advance: Int64? = nil,
        receipts: LedgerCodec.AppliedReceipts? = nil, completion: Completion = .none, isUrgent: Bool = false,
        _ write: (inout OperationWriter) -> Void
    ) {
        if batches.isEmpty { batches.append(Batch()) }
        let last = batches.count - 1
        if batches[last].content.records.count >= recordLimit || batches[last].content.bytes.count >= Self.byteLimit {
            batches.append(Batch())
        }
        let index = batches.count - 1
        let owner = batches[index].index(of: assignment)
        var writer = OperationWriter(content: batches[index].content, owner: owner)
        batches[index].content = TransactionContent()
        write(&writer)
        batches[index].content = writer.content
        if writer.hasTombstone { batches[index].hasTombstone = true }
        if case .none = completion {} else { batches[index].completions.append((owner, completion)) }
        if isUrgent { batches[index].isUrgent = true }
        if let advance { batches[index].content.owners[Int(owner)].offset = max(batches[index].content.owners[Int(owner)].offset, advance) }
        if let entry {
            batches[index].content.owners[Int(owner)].highestEntry = max(batches[index].content.owners[Int(owner)].highestEntry, entry)
        }
        if let receipts { batches[index].receipts[Int(owner)] = receipts }
        assignment.pendingOperations += 1
        batches[index].operationCounts[Int(owner)] += 1
        if batches[index].content.records.isEmpty, offsetsSince == nil { offsetsSince = now }
    }

    /// A span that ends when the operation just appended is committed.
    package mutating func append(_ span: TraceSpan) {
        guard !batches.isEmpty else { return }
        batches[batches.count - 1].spans.append(span)
    }

    /// The next transaction, nil where none is left, and the batches before it whose assignments have all ended.
    package mutating func takeFirst() -> (Batch?, dropped: [Batch]) {
        offsetsSince = nil
        var dropped: [Batch] = []
        while !batches.isEmpty {
            let batch = batches.removeFirst()
            if batch.owners.contains(where: { $0.isAlive }) { return (batch, dropped) }
            dropped.append(batch)
        }
        return (nil, dropped)
    }

    /// A batch whose transaction was aborted: it goes first again, as it is.
    package mutating func putBack(_ batch: Batch) { batches.insert(batch, at: 0) }

    /// Everything is dropped (fencing): the batches come out for their facts.
    package mutating func removeAll() -> [Batch] {
        defer { batches = [] }
        return batches
    }
}
