import PipelineSupport
import TestSupport
import Testing

@testable import Requests

/// A request of several parts, by values.
@Suite struct SubmissionTests {
    private static func submission(_ count: Int) -> Submission {
        Submission(
            account: 77, from: 40, address: 0xBEEF,
            format: Submission.Format(isUCS2: true, dataCoding: 8, concatenation: .udh, reference: 7), count: count)
    }

    /// With its first intent made.
    private static func sending(_ count: Int, policy: UnknownPolicy? = nil) -> LedgerEntry {
        var entry = LedgerEntry.sample(policy: policy)
        entry.begin(mark: 1, first: submission(count))
        return entry
    }

    private static func settle(_ entry: inout LedgerEntry, _ outcomes: PartOutcome...) -> EntryEvent? {
        entry.settle(outcomes, default: .resend, maxAttempts: 3, notBefore: 50, at: 9)
    }

    private static func accepted(_ id: String, _ status: MessageStatus = .sent) -> PartOutcome { .accepted(id: id, status: status) }

    @Test func nothingIsToldBeforeAllPartsAreTaken() throws {
        var entry = Self.sending(3)
        #expect(Self.settle(&entry, Self.accepted("a"), .notSent(reason: "throttled")) == nil)
        #expect(entry.state == .waiting && entry.notBefore == 50 && entry.failures == 1)
        entry.begin(mark: 2, first: Self.submission(9))
        #expect(entry.submission?.toSubmit == [1, 2], "what was settled first stays")
        let event = try #require(Self.settle(&entry, Self.accepted("b"), Self.accepted("c")))
        #expect(event.status == .sent && event.sequence == 1 && !event.isFinal && !event.isPossibleDuplicate)
        #expect(entry.state == .tracking && entry.message == nil && entry.failures == 0 && entry.acceptedAt == 9)
        #expect(entry.echo.messageIDs == ["a", "b", "c"])
    }

    @Test func anAttemptThatStopsBetweenPartsIsNoFailure() {
        var entry = Self.sending(2)
        #expect(Self.settle(&entry, Self.accepted("a")) == nil)
        #expect(entry.state == .waiting && entry.failures == 0 && entry.attempt == 1)
        entry.begin(mark: 2, first: Self.submission(2))
        #expect(Self.settle(&entry) == nil)
        #expect(entry.state == .waiting && entry.attempt == 1, "nothing was submitted: as if it had never begun")
        entry.begin(mark: 3, first: Self.submission(2))
        #expect(Self.settle(&entry, .account) == nil)
        #expect(entry.state == .waiting && entry.failures == 0 && entry.submission?.toSubmit == [1])
    }

    @Test(arguments: [UnknownPolicy.resend, .fail, .hold])
    func oneUnknownPartMakesTheAttemptUnknown(policy: UnknownPolicy) {
        var entry = Self.sending(3, policy: policy)
        let event = Self.settle(&entry, Self.accepted("a"), .unknown(reason: "no answer"))
        switch policy {
        case .resend:
            #expect(event == nil && entry.state == .waiting && entry.submission?.toSubmit == [1, 2])
        case .hold:
            #expect(event == nil && entry.state == .held && entry.submission?.unknown == [1])
        case .fail:
            #expect(event?.reason?.code == "OUTCOME_UNKNOWN" && event?.isPossibleDuplicate == true && entry.state == .closed)
            #expect(event?.reason?.kind == .unknown && event?.reason?.message == "no answer; 1 of 3 parts were taken")
        }
        #expect(entry.hasUnknownOutcome)
    }

    /// That this copy did not go says nothing of the other.
    @Test func anUnknownPartStaysUnknownUntilItIsKnown() {
        var entry = Self.sending(2, policy: .resend)
        #expect(Self.settle(&entry, Self.accepted("a"), .unknown(reason: "no answer")) == nil)
        entry.begin(mark: 2, first: Self.submission(2))
        #expect(Self.settle(&entry, .notSent(reason: "throttled")) == nil)
        #expect(entry.submission?.unknown == [1])
        guard case .changed(let event?) = entry.acceptLate(part: 1, id: "b", .sent, at: 10) else {
            Issue.record("the late answer is of use")
            return
        }
        #expect(event.status == .sent && event.isPossibleDuplicate)
    }

    @Test func whatEndsAMessageThatIsTakenInPartSaysSo() throws {
        var refused = Self.sending(3)
        var event = try #require(Self.settle(&refused, Self.accepted("a"), Self.accepted("b"), .refused(code: "0x0000000B")))
        #expect(event.status == .failed && event.isFinal && event.reason?.code == "0x0000000B")
        #expect(event.reason?.kind == .undelivered && event.reason?.message == "2 of 3 parts were taken")
        var expired = Self.sending(2)
        #expect(Self.settle(&expired, Self.accepted("a")) == nil)
        #expect(expired.cancel(at: 9) == nil && expired.state == .waiting)
        event = expired.expire("late", at: 9)
        #expect(event.reason?.code == "EXPIRED" && event.reason?.kind == .undelivered)
        var none = Self.sending(2)
        event = try #require(Self.settle(&none, .refused(code: "0x0000000B")))
        #expect(event.reason?.kind == .refused && event.reason?.message == nil)
        var free = Self.sending(2)
        #expect(Self.settle(&free, .notSent(reason: "throttled")) == nil)
        #expect(free.cancel(at: 9)?.reason?.kind == .cancelled)
        // An unknown part decides, or was there before: what is known to be taken is said all the same.
        var unknown = Self.sending(3, policy: .resend)
        #expect(Self.settle(&unknown, Self.accepted("a"), .unknown(reason: "no answer")) == nil)
        event = unknown.expire("late", at: 9)
        #expect(event.reason?.code == "OUTCOME_UNKNOWN" && event.reason?.message == "late; 1 of 3 parts were taken")
        var nothing = Self.sending(2, policy: .fail)
        event = try #require(Self.settle(&nothing, .unknown(reason: "no answer")))
        #expect(event.reason?.message == "no answer")
        var gone = Self.sending(2, policy: .fail)
        #expect(Self.settle(&gone, Self.accepted("a")) == nil)
        gone.begin(mark: 2, first: Self.submission(2))
        let forgotten = gone.forgetAttempt("the worker stopped", default: .fail, maxAttempts: 3, notBefore: 0, at: 9)
        event = try #require(forgotten)
        #expect(event.reason?.message == "the worker stopped; 1 of 2 parts were taken")
        var held = Self.sending(2, policy: .hold)
        #expect(Self.settle(&held, Self.accepted("a"), .unknown(reason: "no answer")) == nil)
        event = held.resolveFailed(at: 9)
        #expect(event.reason?.code == "RESOLVED" && event.reason?.message == "1 of 2 parts were taken")
    }

    @Test func deliveredIsAllOfThemAndFailedIsOne() throws {
        var entry = Self.sending(2)
        _ = Self.settle(&entry, Self.accepted("a"), Self.accepted("b"))
        #expect(entry.learn(part: 0, .delivered, at: 10) == .changed(nil))
        #expect(entry.learn(part: 0, .failed, at: 10) == .none, "the first final state stays")
        #expect(entry.learn(part: 9, .failed, at: 10) == .none)
        var other = entry
        guard case .changed(let event?) = entry.learn(part: 1, .delivered, at: 11) else { throw CancellationError() }
        #expect(event.status == .delivered && event.isFinal && entry.state == .closed)
        #expect(entry.learn(part: 1, .failed, at: 12) == .none)
        guard case .changed(let failed?) = other.learn(part: 1, .failed, at: 11) else { throw CancellationError() }
        #expect(failed.status == .failed && failed.reason?.kind == .undelivered && failed.reason?.message == nil)
    }

    @Test func aPartThatFailsWhileTheNextOneWaitsEndsTheMessage() throws {
        var entry = Self.sending(2)
        #expect(Self.settle(&entry, Self.accepted("a"), .notSent(reason: "throttled")) == nil)
        guard case .changed(let event?) = entry.learn(part: 0, .failed, at: 10) else { throw CancellationError() }
        #expect(event.status == .failed && event.reason?.message == "1 of 2 parts were taken" && entry.state == .closed)
        // While an attempt runs, its end tells it.
        var running = Self.sending(2)
        #expect(Self.settle(&running, Self.accepted("a"), .notSent(reason: "throttled")) == nil)
        running.begin(mark: 2, first: Self.submission(2))
        #expect(running.learn(part: 0, .failed, at: 10) == .changed(nil) && running.state == .sending)
        #expect(Self.settle(&running, .notSent(reason: "throttled"))?.status == .failed)
    }

    @Test func aReceiptFromBeforeTheAnswerIsOneEventWithIt() throws {
        var entry = Self.sending(2)
        let event = try #require(Self.settle(&entry, Self.accepted("a", .delivered), Self.accepted("b", .delivered)))
        #expect(event.status == .delivered && event.sequence == 1 && event.isFinal)
    }

    @Test func anAnswerThatComesLateIsTaken() throws {
        var entry = Self.sending(2, policy: .hold)
        #expect(Self.settle(&entry, Self.accepted("a"), .unknown(reason: "no answer")) == nil)
        #expect(entry.acceptLate(part: 0, id: "x", .sent, at: 10) == .none, "it has one")
        guard case .changed(let event?) = entry.acceptLate(part: 1, id: "b", .sent, at: 10) else { throw CancellationError() }
        #expect(event.status == .sent && event.isPossibleDuplicate && entry.state == .tracking && entry.echo.messageIDs == ["a", "b"])
        var early = Self.sending(2, policy: .hold)
        #expect(Self.settle(&early, .unknown(reason: "no answer")) == nil)
        #expect(early.acceptLate(part: 0, id: "a", .sent, at: 10) == .changed(nil))
        #expect(early.state == .waiting && early.submission?.toSubmit == [1], "nothing is left for an operator to decide")
    }

    @Test func anOperatorsWordOnUnknownParts() throws {
        var held = Self.sending(3, policy: .hold)
        #expect(Self.settle(&held, Self.accepted("a"), .unknown(reason: "no answer")) == nil)
        #expect(held.learn(part: 0, .delivered, at: 10) == .changed(nil) && held.state == .held)
        // With an id: what was never submitted goes then.
        var named = held
        #expect(named.resolveSent(ids: [1: "b"], at: 11) == nil && named.state == .waiting && named.submission?.toSubmit == [2])
        named.begin(mark: 2, first: Self.submission(3))
        let sent = try #require(Self.settle(&named, Self.accepted("c")))
        #expect(sent.status == .sent && named.state == .tracking && named.echo.messageIDs == ["a", "b", "c"])
        // Without: nothing more is heard of it.
        var bare = held
        #expect(bare.resolveSent(ids: [:], at: 11) == nil && bare.state == .waiting)
        bare.begin(mark: 2, first: Self.submission(3))
        let last = try #require(Self.settle(&bare, Self.accepted("c")))
        #expect(last.status == .sent && last.isFinal && last.reason?.code == "RESOLVED" && bare.state == .closed)
        // Again: unknown and unsent.
        var again = held
        again.resolveResend(at: 11)
        #expect(again.state == .waiting && again.submission?.toSubmit == [1, 2] && again.failedPart(at: 11) == nil)
        // A part that failed meanwhile makes the rest pointless.
        var failed = Self.sending(2, policy: .hold)
        #expect(Self.settle(&failed, Self.accepted("a"), .unknown(reason: "no answer")) == nil)
        #expect(failed.learn(part: 0, .failed, at: 10) == .changed(nil) && failed.state == .held)
        #expect(failed.resolveSent(ids: [1: "b"], at: 11)?.status == .failed)
    }

    @Test func whatARestoreKnowsNothingOfIsUnknown() {
        var entry = Self.sending(3, policy: .hold)
        #expect(Self.settle(&entry, Self.accepted("a"), .notSent(reason: "throttled")) == nil)
        entry.begin(mark: 2, first: Self.submission(3))
        #expect(entry.forgetAttempt("the worker stopped", default: .resend, maxAttempts: 3, notBefore: 0, at: 9) == nil)
        #expect(entry.state == .held && entry.submission?.unknown == [1, 2])
    }

    @Test func damagedBlocksAreAnErrorOrAValue() {
        var entry = Self.sending(3, policy: .hold)
        _ = Self.settle(&entry, Self.accepted("a"), .unknown(reason: "no answer"))
        let good = LedgerCodec.bytes(of: entry)
        #expect(good[0] == 2)
        var random = SeededGenerator(seed: 5)
        for _ in 0..<20_000 {
            var bytes = good
            switch random.below(3) {
            case 0: bytes.removeLast(1 + random.below(40))
            case 1: bytes[bytes.count - 1 - random.below(40)] = UInt8(random.below(256))
            default: bytes.append(UInt8(random.below(256)))
            }
            let read = bytes.withUnsafeBytes { try? LedgerCodec.decode($0) }
            // What can be read can be written, and is the same then.
            if case .open(let entry)? = read { #expect(LedgerCodec.bytes(of: entry) == bytes) }
        }
        // Without a submission it is format 1, byte for byte what an older worker reads.
        #expect(LedgerCodec.bytes(of: .sample())[0] == 1)
    }

    /// Messages go out by the other door now: what was taken must not go again as part of a whole.
    @Test func aRequestThatBeganInPartsGoesOutWholeOnlyWhereNoneWasTaken() {
        for (outcomes, isPossible) in [
            ([PartOutcome.notSent(reason: "later")], true), ([.unknown(reason: "no answer")], true),
            ([.accepted(id: "a", status: .sent), .notSent(reason: "later")], false),
        ] {
            var entry = Self.sending(2, policy: .resend)
            _ = entry.settle(outcomes, default: .resend, maxAttempts: 3, notBefore: 0, at: 9)
            #expect(entry.state == .waiting)
            let reason = entry.goWhole()
            #expect((reason == nil) == isPossible && (entry.submission == nil) == isPossible)
            guard let reason else { continue }
            let event = entry.refusePlan(reason, at: 10)
            #expect(event.status == .failed && event.reason?.kind == .undelivered && event.reason?.message == "1 of 2 parts were taken")
        }
    }
}
