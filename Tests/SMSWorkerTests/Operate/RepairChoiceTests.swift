import Testing

@testable import Requests
@testable import SMSPipeline
@testable import SMSWorker

@Suite struct RepairChoiceTests {
    private func restore(_ ledger: RestoredLedger, committed: Int64?) -> PartitionRestore {
        PartitionRestore(ledger: ledger, committed: committed, ledgerEnd: 0, low: 5, high: 30, duration: .zero)
    }

    @Test func theLedgersWordIsItsOwnOrTheGroups() {
        var used = RestoredLedger()
        used.highestOffset = 20
        #expect(RepairChoice.ledger.offset(restore(used, committed: nil)) == .success(20))
        #expect(RepairChoice.ledger.offset(restore(used, committed: 7)) == .success(20))
        #expect(RepairChoice.ledger.offset(restore(RestoredLedger(), committed: 12)) == .success(12))
        for committed in [4, 31] {
            guard case .failure = RepairChoice.ledger.offset(restore(RestoredLedger(), committed: Int64(committed))) else {
                Issue.record("\(committed) lies outside the log")
                continue
            }
        }
    }

    @Test func theTopicsEndsNeedNoLedger() {
        #expect(RepairChoice.earliest.offset(restore(RestoredLedger(), committed: 12)) == .success(5))
        #expect(RepairChoice.latest.offset(restore(RestoredLedger(), committed: 12)) == .success(30))
    }
}
