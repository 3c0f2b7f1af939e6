import PipelineSupport
import Testing
import Time

@testable import Requests
@testable import SMSPipeline

/// `/readyz` says one thing at a time: what an operator would have to look at first.
@Suite struct ReadinessTests {
    private let now = MonotonicInstant(nanoseconds: 3_600_000_000_000)
    private let topic = RequestTopic(name: "r", ledgerName: "r.ledger", isPriority: false)

    private func life(isOpen: Bool = true) -> SessionLife {
        var life = SessionLife(.defaults)
        if isOpen { _ = life.opened(StubSession()) }
        return life
    }

    private func joined() -> Partitions {
        var partitions = Partitions()
        partitions.isJoined = true
        return partitions
    }

    private func own(_ partitions: inout Partitions, _ number: Int32) -> Assignment {
        partitions.assign(topic, number, dedup: Dedup(window: .seconds(60), maxEntries: 10), at: now).0
    }

    @Test func aMemberWithAllItsPartitionsOpenIsReady() {
        var partitions = joined()
        #expect(partitions.hindrance(life(), isCommitStuck: false)?.sentence == nil, "it may own none")
        partitions.reopened(own(&partitions, 0))
        #expect(partitions.hindrance(life(), isCommitStuck: false)?.sentence == nil)
    }

    @Test func withoutASessionItReconnects() {
        #expect(joined().hindrance(life(isOpen: false), isCommitStuck: true)?.sentence == "reconnecting to Kafka")
        var life = life()
        var chance = Chance(seed: 1)
        life.lost(fencing: nil, isStuck: false, at: now, using: &chance)
        _ = life.shouldOpen(at: now)
        for _ in 0..<3 { _ = life.openingHangs(isOverdue: true) }
        #expect(
            joined().hindrance(life, isCommitStuck: false)?.sentence
                == "reconnecting to Kafka: a call of its client did not return, another attempt is under way")
    }

    @Test func whoHasNoAssignmentYetIsJoining() {
        #expect(Partitions().hindrance(life(), isCommitStuck: true)?.sentence == "joining the group")
    }

    @Test func whoStartsOverSaysWhyUntilTheGroupTakesIt() {
        var life = life()
        var chance = Chance(seed: 1)
        life.startsOver(for: "something broke")
        life.lost(fencing: nil, isStuck: false, at: now, using: &chance)
        #expect(
            Partitions().hindrance(life, isCommitStuck: false)?.sentence == "reconnecting to Kafka: it starts over, since something broke")
        _ = life.opened(StubSession())
        #expect(Partitions().hindrance(life, isCommitStuck: false)?.sentence == "joining the group: it starts over, since something broke")
        life.joined()
        #expect(Partitions().hindrance(life, isCommitStuck: false)?.sentence == "joining the group")
    }

    @Test func brokersThatAreAwayAreNamed() {
        var life = life()
        var down = BrokerError(.other, name: "_ALL_BROKERS_DOWN")
        down.areAllBrokersDown = true
        _ = life.consumerTrouble(down, at: now)
        #expect(joined().hindrance(life, isCommitStuck: true)?.sentence == "no broker answers")
    }

    @Test func partitionsThatRestoreAreCounted() {
        var partitions = joined()
        for number in Int32(0)..<3 { _ = own(&partitions, number) }
        if let first = partitions.inOrder.first { partitions.reopened(first) }
        #expect(partitions.hindrance(life(), isCommitStuck: true)?.sentence == "restoring 2 partitions")
    }

    @Test func aPartitionThatStaysClosedIsNamedAlsoWhileItIsLookedAtAgain() {
        var partitions = joined()
        _ = own(&partitions, 0)
        let closed = own(&partitions, 1)
        _ = partitions.keepClosed(closed, "its ledger is damaged")
        let sentence = "partition r-1 stays closed: its ledger is damaged"
        #expect(partitions.hindrance(life(), isCommitStuck: true)?.sentence == sentence)
        closed.phase = .restoring
        #expect(partitions.hindrance(life(), isCommitStuck: true)?.sentence == sentence)
    }

    @Test func aLedgerThatCannotBeReadIsNamedBesideThoseThatAreRead() {
        var partitions = joined()
        _ = own(&partitions, 0)
        own(&partitions, 1).restoreFails = "TOPIC_AUTHORIZATION_FAILED"
        let sentence = "partition r-1: its ledger cannot be read: TOPIC_AUTHORIZATION_FAILED"
        #expect(partitions.hindrance(life(), isCommitStuck: false)?.sentence == sentence)
    }

    @Test func transactionsThatFailAreTold() {
        #expect(
            joined().hindrance(life(), isCommitStuck: true)?.sentence
                == "transactions fail: outcomes are kept and no attempt begins until one is through")
    }

    @Test func whoDrainsIsNotReadyWhateverElseIs() {
        var life = life()
        life.drain(limit: .seconds(30), isJoined: true, at: now)
        #expect(joined().hindrance(life, isCommitStuck: true)?.sentence == "draining")
    }
}
