import Testing

@testable import Requests
@testable import SMSPipeline

@Suite struct RestoreDecisionTests {
    /// What `/readyz` says of damage must let the operator find the record.
    @Test func damageNamesItsPlace() {
        let damage = RestoreError.ledger(.unknownVersion(9), offset: 512)
        #expect(damage.isDamage && !damage.isBrokerTrouble && !damage.isMissingLedger)
        #expect(
            damage.description
                == "its ledger cannot be read: a ledger record of format 9, written by a newer worker, at offset 512 of the ledger: "
                + "this one knows formats up to 2; run that worker again, or a newer one")
        var bytes = BrokerError(.other, name: "_BAD_MSG", description: "failed CRC32C check")
        bytes.isDamagedLog = true
        #expect(RestoreError.kafka(bytes).isDamage && RestoreError.kafka(bytes).description.contains("failed CRC32C check"))
        #expect(RestoreError.ledger(.malformed, offset: 0).isDamage && !RestoreError.cancelled.isDamage)
    }

    @Test func aPartitionOpensOnlyWhereNothingCanBeSentTwice() {
        var used = RestoredLedger()
        used.highestOffset = 20
        let unused = RestoredLedger()
        func decide(_ committed: Int64?, _ ledger: RestoredLedger, low: Int64 = 0, high: Int64 = 30) -> RestoreDecision {
            .decide(group: "g", committed: committed, low: low, high: high, ledger: ledger)
        }
        #expect(decide(nil, unused, low: 4) == .open(at: 4))
        #expect(decide(25, used) == .open(at: 25))
        #expect(decide(20, used) == .open(at: 20))
        for closed in [decide(nil, used), decide(19, used), decide(31, used), decide(25, used, low: 26)] {
            guard case .closed(_, isRepairable: true) = closed else {
                Issue.record("must stay closed")
                continue
            }
        }
        // Nothing has been read of it: there is nothing that a lost ledger could have held.
        #expect(decide(0, unused) == .open(at: 0))
        guard case .closed(let lost, isRepairable: true) = decide(12, unused) else {
            Issue.record("a group that has committed has a ledger")
            return
        }
        #expect(lost.contains("12") && lost.contains("empty") && lost.contains("offsets repair --from ledger"))
        var repaired = unused
        repaired.recorded = LedgerCodec.Recorded(group: "g", offset: 12)
        #expect(decide(12, repaired) == .open(at: 12), "an operator's repair writes the record that was missing")
        var foreign = used
        foreign.recorded = LedgerCodec.Recorded(group: "other", offset: 1)
        guard case .closed(let reason, isRepairable: false) = decide(25, foreign), reason.contains("other") else {
            Issue.record("another group's ledger must stay closed")
            return
        }
    }
}
