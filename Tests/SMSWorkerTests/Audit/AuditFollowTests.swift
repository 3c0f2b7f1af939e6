import PipelineSupport
import Testing

@testable import Requests
@testable import SMSPipeline
@testable import SMSWorker

@Suite struct AuditFollowTests {
    private func open(_ id: String, _ offset: Int64, sequence: Int = 0) -> LedgerEntry {
        var entry = LedgerEntry.sample(id: id, offset: offset)
        if sequence > 0 {
            entry.begin(mark: 1)
            _ = entry.accept(Acceptance(messageIDs: ["1"], status: .known(.queued), cost: nil), at: 2)
        }
        for number in 1..<max(1, sequence) { _ = entry.learn(.other("step \(number)"), at: 3) }
        #expect(entry.sequence == sequence)
        return entry
    }

    private func closed(_ id: String, _ offset: Int64) -> LedgerEntry {
        var entry = LedgerEntry.sample(id: id, offset: offset)
        _ = entry.expire("late", at: 5)
        return entry
    }

    // MARK: What is well

    @Test func theCourseOfAHealthyRequestIsForgottenWithItsEnd() throws {
        var stage = FollowStage()
        #expect(try stage.pass(10) == [])
        #expect(try stage.pass(11, ledger: [open("a", 10)], requests: [(10, "a")]) == [])
        #expect(try stage.pass(11, ledger: [open("a", 10, sequence: 1)], events: [(10, 1, "a", "SENT")]) == [])
        #expect(stage.follow.remembered == 2)
        #expect(try stage.pass(11, ledger: [closed("a", 10)], events: [(10, 2, "a", "DELIVERED")]) == [])
        #expect(stage.follow.remembered == 1, "its id alone, as long as the ledger has it")
        #expect(try stage.pass(11, forgets: ["a"]) == [])
        #expect(stage.follow.remembered == 0)
    }

    @Test func aWholeCourseWithinOnePassIsWell() throws {
        var stage = FollowStage()
        let events = [(Int64(10), 1, "a", "SENT"), (10, 2, "a", "DELIVERED")]
        #expect(try stage.pass(12, ledger: [closed("a", 10)], events: events, deadLetters: [11], requests: [(10, "a"), (11, "")]) == [])
        #expect(try stage.pass(12) == [])
        #expect(stage.follow.counts.ended == 1 && stage.follow.counts.deadLetters == 1 && stage.follow.counts.judged == 2)
        #expect(stage.follow.remembered == 1)
    }

    @Test func anEventMayBeReadBeforeItsRequestIsJudged() throws {
        var stage = FollowStage()
        #expect(try stage.pass(10, events: [(10, 1, "a", "SENT"), (10, 2, "a", "DELIVERED")]) == [])
        #expect(try stage.pass(11, ledger: [closed("a", 10)], requests: [(10, "a")]) == [])
        #expect(try stage.pass(11) == [])
    }

    @Test func whatWasOpenBeforeMayGoOnAnywhere() throws {
        var stage = FollowStage(open: [open("old", 3, sequence: 1), closed("done", 4)])
        #expect(
            try stage.pass(10, ledger: [open("old", 3, sequence: 2)], events: [(3, 2, "old", "SENT"), (4, 2, "done", "DELIVERED")]) == [])
        #expect(try stage.pass(10, ledger: [closed("old", 3)], events: [(3, 3, "old", "DELIVERED")]) == [])
    }

    @Test func aRepeatNeedsNoEndOfItsOwn() throws {
        var stage = FollowStage(open: [closed("a", 3)])
        #expect(try stage.pass(11, requests: [(10, "a")]) == [])
        // Read by the worker just before its window was over.
        #expect(try stage.pass(12, forgets: ["a"], requests: [(11, "a")]) == [])
        #expect(stage.follow.counts.repeats == 2)
    }

    @Test func theEventsOfOthersAreTheirs() throws {
        var stage = FollowStage()
        let value = #"{"requestId":"x","status":"SENT","sequence":7,"final":false,"at":"t"}"#
        let event = try #require(PublishedEvent(eventID: Array("other-0-3/7".utf8), value: Array(value.utf8)))
        for _ in 0..<3 {
            stage.follow.see(event, record: stage.place(0))
            #expect(try stage.pass(10) == [])
        }
    }

    // MARK: Breaches

    @Test func aMissingFinalEventIsFoundWhenTheLedgerCloses() throws {
        for wasOpen in [true, false] {
            var stage = FollowStage(open: wasOpen ? [open("a", 3)] : [])
            #expect(try stage.pass(10) == [])
            let found = try stage.pass(11, ledger: [closed("a", wasOpen ? 3 : 10)], requests: [(10, wasOpen ? "b" : "a")])
            #expect(found.contains("G1 \(wasOpen ? 3 : 10) a: the ledger has closed it, and it has no final event"))
            #expect(found.count == (wasOpen ? 2 : 1), "told once")
            #expect(try stage.pass(11) == [])
        }
    }

    @Test func anOpenRequestThatTheLedgerForgetsIsLost() throws {
        var stage = FollowStage(open: [open("a", 3)])
        #expect(try stage.pass(10) == [])
        #expect(try stage.pass(10, forgets: ["a"]) == ["G1 3 a: the ledger has closed it, and it has no final event"])
    }

    @Test func whatWasReadAndLeftNoTraceIsLost() throws {
        var stage = FollowStage()
        #expect(
            try stage.pass(12, requests: [(10, "a"), (11, "")]) == [
                "G1 10 a: it was read, and has neither a final event nor a dead letter nor a ledger entry",
                "G1 11 -: it cannot become a request, was read, and has no dead letter",
            ])
        #expect(stage.follow.counts.lost == 2 && stage.follow.remembered == 0)
    }

    @Test func anEventBehindTheEndIsFoundWhateverIsRememberedOfIt() throws {
        var stage = FollowStage()
        #expect(try stage.pass(11, ledger: [closed("a", 10)], events: [(10, 1, "a", "FAILED")], requests: [(10, "a")]) == [])
        #expect(try stage.pass(11, events: [(10, 2, "a", "FAILED")]) == ["G4 10 a: an event of a request that had ended, or never was"])
        #expect(try stage.pass(11, events: [(2, 1, "x", "SENT")]) == ["G4 2 x: an event of a request that had ended, or never was"])
    }

    @Test func aRepeatedSequenceIsFoundAtOnce() throws {
        var stage = FollowStage(open: [open("a", 3, sequence: 1)])
        #expect(try stage.pass(10) == [])
        let found = try stage.pass(10, ledger: [open("a", 3, sequence: 2)], events: [(3, 2, "a", "SENT"), (3, 2, "a", "SENT")])
        #expect(found == ["G4 3 a: sequence 2 comes again, behind 2"])
    }

    @Test func anEventThatTheLedgerKnowsNothingOfIsFoundAPassLater() throws {
        var stage = FollowStage(open: [open("a", 3, sequence: 1), open("b", 4, sequence: 1)])
        #expect(try stage.pass(10) == [])
        #expect(try stage.pass(10, events: [(3, 2, "a", "SENT"), (4, 2, "b", "DELIVERED")]) == [])
        #expect(
            try stage.pass(10) == [
                "G4 3 a: an event has sequence 2, and the ledger stands at 1", "G4 4 b: it has a final event, and the ledger has it open",
            ])
        #expect(try stage.pass(10) == [], "told once")
    }

    @Test func anEventOfNoRecordIsFoundAPassLater() throws {
        var stage = FollowStage()
        stage.end = 20
        #expect(try stage.pass(10, events: [(15, 1, "a", "SENT"), (33, 1, "b", "SENT")], deadLetters: [16]) == [])
        let found = try stage.pass(10)
        #expect(
            found.sorted() == [
                "G1 15 a: events or a dead letter of a record that was not read yet",
                "G1 16 -: events or a dead letter of a record that was not read yet",
                "G1 33 b: events or a dead letter of a record that is not there",
            ])
        #expect(stage.follow.remembered == 0)
    }

    @Test func anEventOfAnOffsetWithoutARecordIsFound() throws {
        var stage = FollowStage()
        // At 11 is the marker of a transaction.
        let found = try stage.pass(
            13, ledger: [open("a", 10), open("b", 12)], events: [(11, 1, "x", "SENT")], requests: [(10, "a"), (12, "b")])
        #expect(found == ["G1 11 x: events or a dead letter of a record that is not there"])
    }

    @Test func aRecordThatIsNoEventIsFound() throws {
        var stage = FollowStage()
        stage.follow.see(nil, record: RecordPosition(topic: "s", partition: 1, offset: 7))
        #expect(try stage.pass(10) == ["G4 7 -: a record on the status topic that is no status event"])
    }

    @Test func whatBeganAfterTheBeginningBeginsWithOne() throws {
        var stage = FollowStage()
        let found = try stage.pass(11, ledger: [open("a", 10, sequence: 2)], events: [(10, 2, "a", "SENT")], requests: [(10, "a")])
        #expect(found == ["G4 10 a: its events begin with sequence 2"])
    }

    // MARK: Bounds

    @Test func anOffsetThatIsSetBackIsSeen() throws {
        var stage = FollowStage()
        #expect(try stage.pass(12, ledger: [open("a", 10), open("b", 11)], requests: [(10, "a"), (11, "b")]) == [])
        let (isSetBack, isWell) = (stage.isSetBack(to: 11), stage.isSetBack(to: 12))
        #expect(isSetBack && !isWell)
    }

    @Test func moreThanIsKeptIsAnOverrun() throws {
        var stage = FollowStage(limit: 2)
        #expect(try stage.pass(10, events: [(10, 1, "a", "SENT"), (11, 1, "b", "SENT")]) == [])
        #expect(!stage.follow.isOverrun)
        #expect(
            try stage.pass(
                12, ledger: [open("a", 10, sequence: 1), open("b", 11, sequence: 1)], events: [(12, 1, "c", "SENT")],
                requests: [(10, "a"), (11, "b")]) == [])
        #expect(stage.follow.isOverrun)
    }

    /// A flood of what no worker wrote is told as far as it is kept.
    @Test func moreFindingsThanAreKeptAreAnOverrun() throws {
        var stage = FollowStage(from: 0)
        _ = try stage.pass(0)
        let place = RecordPosition(topic: "status", partition: 0, offset: 0)
        var seen = 0
        while !stage.follow.isOverrun, seen < 2 * AuditFollow.findingLimit {
            stage.follow.see(nil, record: place)
            seen += 1
        }
        #expect(seen == AuditFollow.findingLimit && stage.follow.takeFindings().count == seen)
    }

    @Test func tenThousandHealthyRequestsLeaveNothingBehind() throws {
        var stage = FollowStage(from: 0)
        stage.end = 20_000
        for pass in 0..<100 {
            let offsets = (0..<100).map { Int64(pass * 100 + $0) }
            let found = try stage.pass(
                Int64(pass + 1) * 100, ledger: offsets.map { closed("r\($0)", $0) },
                forgets: pass == 0 ? [] : offsets.map { "r\($0 - 100)" }, events: offsets.map { ($0, 1, "r\($0)", "FAILED") },
                requests: offsets.map { ($0, "r\($0)") })
            #expect(found == [])
            #expect(stage.follow.remembered == 100)
        }
        #expect(stage.follow.counts.ended == 10_000)
    }
}
