internal import Requests
package import SMSPipeline

/// Over SMPP: what receipts say, what the ledgers have of it, and what the events tell.
extension Audit {
    /// Before the ledgers, and once more when the events have been read.
    package mutating func see(_ receipt: Receipt) { receipts?.add(receipt) }

    package mutating func receiptsBegin(at low: Int64) { receipts?.begins(at: low) }

    package mutating func receiptsRead(to end: Int64) { receipts?.reached(end) }

    /// Up to where they were read.
    package var receiptsEnd: Int64 { receipts?.end ?? 0 }

    /// Of a partition whose requests are about to be read.
    mutating func judgeParts(of ledger: AuditLedger, _ partition: PartitionKey) {
        guard let receipts, let applied = ledger.applied, applied.fingerprint == receipts.settings.fingerprint else { return }
        if applied.position.next > receipts.end {
            let position = RecordPosition(topic: partition.topic, partition: partition.partition, offset: 0)
            find(
                .exactlyOnce, position, id: nil,
                "its ledger says that receipts below \(applied.position.next) are applied, and their topic ends at \(receipts.end)")
        }
        for entry in ledger.inParts {
            guard let submission = entry.submission, submission.account == receipts.settings.account else { continue }
            for (index, part) in submission.parts.enumerated() where part.state == .accepted && !part.id.isEmpty && !part.status.isFinal {
                guard let word = receipts.final(of: part.id, submission, below: applied.position.next) else { continue }
                let position = RecordPosition(topic: partition.topic, partition: partition.partition, offset: entry.offset)
                find(
                    .exactlyOnce, position, id: String(decoding: entry.echo.id, as: UTF8.self),
                    "receipt \(word.number) counts as applied and says \(word.status.name) of part \(index + 1), and its entry does not")
            }
        }
    }

    mutating func judgeUnfounded() {
        for event in receipts?.unfounded() ?? [] {
            find(.exactlyOnce, event.position, id: event.id, "it is DELIVERED, and not by the receipts of all its ids")
        }
    }
}
