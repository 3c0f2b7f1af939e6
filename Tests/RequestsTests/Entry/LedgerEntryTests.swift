import PipelineSupport
import TestSupport
import Testing

@testable import Requests

private let accepted = Acceptance(
    messageIDs: ["8767"], status: .known(.sent), cost: Echo.Cost(credits: Array("1".utf8), money: Array("0.2".utf8)))

@Suite struct LedgerEntryTests {
    @Test func aTextThatIsTooLongFailsBeforeItCosts() {
        var entry = LedgerEntry.sample()
        entry.echo.parts = 3
        #expect(entry.refuseLength(maxParts: 0, at: 9) == nil)
        #expect(entry.refuseLength(maxParts: 3, at: 9) == nil)
        let event = entry.refuseLength(maxParts: 2, at: 9)
        #expect(event?.status == .failed && event?.isFinal == true && event?.attempt == nil && event?.reason?.code == "TOO_MANY_PARTS")
        #expect(entry.state == .closed)
        var template = LedgerEntry.sample()
        template.echo.parts = 0
        #expect(template.refuseLength(maxParts: 1, at: 9) == nil)
    }

    /// Whatever ends a request, a reader knows what to do by the kind.
    @Test func everyReasonHasTheKindOfTheContract() {
        func sending(_ policy: UnknownPolicy? = nil) -> LedgerEntry {
            var entry = LedgerEntry.sample(policy: policy)
            entry.begin(mark: 1)
            return entry
        }
        func held() -> LedgerEntry {
            var entry = sending(.hold)
            _ = entry.unknown("no answer", default: .resend, maxAttempts: 3, notBefore: 0, at: 5)
            return entry
        }
        func tracked() -> LedgerEntry {
            var entry = sending()
            _ = entry.accept(accepted, at: 6)
            return entry
        }
        var refused = sending()
        var long = LedgerEntry.sample()
        long.echo.parts = 3
        var sender = LedgerEntry.sample()
        var unknown = sending(.fail)
        var waiting = LedgerEntry.sample()
        var cancelled = LedgerEntry.sample()
        var (sent, failed) = (held(), held())
        var (lost, undelivered) = (tracked(), tracked())
        // What may be an SMS is never a plain failure, whatever ends it.
        var (late, fails) = (held(), held())
        late.resolveResend(at: 7)
        fails.resolveResend(at: 7)
        fails.begin(mark: 2)
        let events: [(EntryEvent?, code: String, kind: EntryEvent.Reason.Kind)] = [
            (refused.refuse(code: "BAD_PHONE", at: 9), "BAD_PHONE", .refused),
            (long.refuseLength(maxParts: 2, at: 9), "TOO_MANY_PARTS", .refused),
            (sender.refuseUnusableSender(at: 9), "SENDER_NOT_ALLOWED", .refused),
            (unknown.unknown("no answer", default: .resend, maxAttempts: 3, notBefore: 0, at: 9), "OUTCOME_UNKNOWN", .unknown),
            (waiting.expire("late", at: 9), "EXPIRED", .expired),
            (cancelled.cancel(at: 9), "CANCELLED", .cancelled),
            (sent.resolveSent(messageIDs: [], at: 9), "RESOLVED", .resolved),
            (failed.resolveFailed(at: 9), "RESOLVED", .resolved),
            (lost.giveUpTracking(code: "TRACKING_EXPIRED", "no word", at: 9), "TRACKING_EXPIRED", .untracked),
            (undelivered.learn(.known(.failed), at: 9), "PROVIDER_FAILED", .undelivered),
            (late.expire("late", at: 9), "OUTCOME_UNKNOWN", .unknown),
            (fails.refuse(code: "BAD_PHONE", at: 9), "OUTCOME_UNKNOWN", .unknown),
        ]
        for (event, code, kind) in events {
            #expect(event?.reason?.code == code && event?.reason?.kind == kind, "\(code): \(event?.reason as Any)")
            #expect(event?.isFinal == true)
        }
        #expect(Set(events.map(\.kind)) == Set(EntryEvent.Reason.Kind.allCases))
    }

    @Test func aRepeatIsComparedByWhatIsStillKnown() {
        let first = LedgerEntry.sample()
        func again(
            text: String = "Код", phone: String = "375296890043", sender: String? = nil, key: String? = "k",
            metadata: String = #"{"a":"b"}"#, sendAt: Int64? = nil, parts: UInt8 = 0
        ) -> LedgerEntry {
            var echo = LedgerEntry.sample(key: key).echo
            echo.metadata = Array(metadata.utf8)
            echo.parts = parts
            echo.traceparent = Array("00-another".utf8)
            return LedgerEntry(
                echo: echo,
                message: Message(
                    phone: Array(phone.utf8), text: Array(text.utf8), isTemplate: false, sender: sender.map { Array($0.utf8) }),
                offset: 8, timestamp: 2_000, isPriority: true, policy: nil, admittedAt: 3_000, sendAt: sendAt, expiresAt: nil)
        }
        #expect(first.differences(of: again()) == [], "another record, time and trace of the same content")
        #expect(first.differences(of: again(text: "Код 2")) == ["text"])
        #expect(first.differences(of: again(phone: "375296890044", sender: "Shop")) == ["phone", "sender"])
        #expect(first.differences(of: again(key: nil, metadata: #"{"a":"c"}"#, sendAt: 5)) == ["key", "metadata", "sendAt"])
        var two = first
        two.echo.metadata = Array(#"{"a":"b","c":"d"}"#.utf8)
        #expect(two.differences(of: again(metadata: #"{"c":"d","a":"b"}"#)) == [], "whatever the order")
        var accepted = first
        accepted.echo.parts = 1
        accepted.begin(mark: 1)
        _ = accepted.accept(Acceptance(messageIDs: ["1"], status: .known(.sent), cost: nil), at: 9)
        #expect(accepted.differences(of: again(text: "another", phone: "375290000000", parts: 1)) == [], "the message is not kept")
        #expect(accepted.differences(of: again(parts: 2)) == ["text"])
    }

    @Test(arguments: [
        ("DELIVERED", MessageStatus.delivered), ("Delivered", .delivered), ("queued", .queued), ("sEnT", .sent), ("Failed", .failed),
    ])
    func aStatusIsKnownInAnyLetterCase(text: String, status: MessageStatus) {
        #expect(ReceivedStatus(text) == .known(status))
        #expect(ReceivedStatus("ON ITS WAY") == .other("ON ITS WAY"))
    }

    @Test func anAcceptedMessageIsTrackedToItsDelivery() {
        var entry = LedgerEntry.sample()
        entry.begin(mark: 1)
        let first = entry.accept(accepted, at: 10)
        #expect(first.status == .sent && first.sequence == 1 && !first.isFinal && first.attempt == 1 && !first.isPossibleDuplicate)
        #expect(entry.state == .tracking && entry.message == nil)
        #expect(entry.learn(.known(.sent), at: 11) == nil)
        #expect(entry.learn(.known(.queued), at: 12) == nil, "statuses only move forward")
        let last = entry.learn(.known(.delivered), at: 13)
        #expect(last?.sequence == 2 && last?.isFinal == true)
        #expect(entry.state == .closed && entry.closedAt == 13)
    }

    @Test func anUnknownOutcomeUnderFailClosesAndAdmitsIt() {
        var entry = LedgerEntry.sample(policy: .fail)
        entry.begin(mark: 1)
        let event = entry.unknown("no answer", default: .resend, maxAttempts: 3, notBefore: 0, at: 5)
        #expect(event?.reason?.code == "OUTCOME_UNKNOWN" && event?.isPossibleDuplicate == true && event?.isFinal == true)
        #expect(entry.state == .closed)
    }

    @Test func resendGivesUpAfterTheLastUnknownAttempt() {
        var entry = LedgerEntry.sample()
        for attempt in 1...2 {
            entry.begin(mark: UInt64(attempt))
            #expect(entry.unknown("no answer", default: .resend, maxAttempts: 3, notBefore: 0, at: 5) == nil)
            #expect(entry.state == .waiting)
        }
        entry.begin(mark: 3)
        #expect(entry.unknown("no answer", default: .resend, maxAttempts: 3, notBefore: 0, at: 5)?.reason?.code == "OUTCOME_UNKNOWN")
    }

    @Test func aRefusalAfterAnUnknownAttemptNeverLooksLikeAPlainFailure() {
        var entry = LedgerEntry.sample()
        entry.begin(mark: 1)
        _ = entry.unknown("no answer", default: .resend, maxAttempts: 3, notBefore: 0, at: 5)
        #expect(entry.cancel(at: 6) == nil, "an SMS may have gone out: cancel is refused")
        entry.begin(mark: 2)
        let event = entry.refuse(code: "BAD_PHONE", at: 7)
        #expect(event.reason?.code == "OUTCOME_UNKNOWN" && event.isPossibleDuplicate)
        #expect(event.reason?.message?.contains("BAD_PHONE") == true)
    }

    @Test func aWithdrawnIntentIsNoAttempt() {
        var entry = LedgerEntry.sample()
        entry.begin(mark: 1)
        entry.withdraw()
        #expect(entry.attempt == 0)
        #expect(entry.cancel(at: 1)?.attempt == nil)
    }

    @Test func anUnfamiliarStatusIsPassedOn() {
        var entry = LedgerEntry.sample()
        entry.begin(mark: 1)
        _ = entry.accept(accepted, at: 1)
        let event = entry.learn(.other("BUFFERED"), at: 2)
        #expect(event?.status == .sent && event?.isFinal == false && entry.echo.providerStatus == Array("BUFFERED".utf8))
        #expect(entry.learn(.other("BUFFERED"), at: 3) == nil)
        #expect(entry.learn(.known(.delivered), at: 4)?.sequence == 3)
        #expect(entry.echo.providerStatus.isEmpty)
    }

    @Test func aHeldRequestIsResolvedAsTheOperatorSays() {
        func held() -> LedgerEntry {
            var entry = LedgerEntry.sample(policy: .hold)
            entry.begin(mark: 1)
            #expect(entry.unknown("no answer", default: .resend, maxAttempts: 3, notBefore: 0, at: 5) == nil)
            #expect(entry.state == .held)
            return entry
        }
        var tracked = held()
        let event = tracked.resolveSent(messageIDs: ["9"], at: 6)
        #expect(event.status == .sent && event.reason?.code == "RESOLVED" && !event.isFinal && tracked.state == .tracking)
        var closed = held()
        #expect(closed.resolveSent(messageIDs: [], at: 6).isFinal && closed.state == .closed)
        var failed = held()
        let failure = failed.resolveFailed(at: 6)
        #expect(failure.reason?.code == "RESOLVED" && failure.status == .failed && failure.isPossibleDuplicate)
        var again = held()
        again.resolveResend(at: 0)
        #expect(again.state == .waiting)
    }

    /// G4 for one entry: whatever happens to it, in whatever order, its events number 1, 2, 3 …, move forward, and end once.
    @Test func anyScheduleGivesAGaplessForwardStream() {
        for seed in 0..<10_000 {
            var random = SeededGenerator(seed: UInt64(seed))
            var entry = LedgerEntry.sample(policy: [nil, .resend, .fail, .hold].randomElement(using: &random)!)
            var events: [EntryEvent] = []
            var wasUnknown = false
            var mark: UInt64 = 0
            for step in 0..<40 where entry.state != .closed {
                let now = Int64(step)
                switch entry.state {
                case .waiting:
                    switch Int.random(in: 0..<6, using: &random) {
                    case 0: if let event = entry.cancel(at: now) { events.append(event) }
                    case 1: events.append(entry.expire("late", at: now))
                    default:
                        mark += 1
                        entry.begin(mark: mark)
                    }
                case .sending:
                    switch Int.random(in: 0..<7, using: &random) {
                    case 0: entry.withdraw()
                    case 1: entry.notSent(notBefore: now)
                    case 2: entry.postpone()
                    case 3: events.append(entry.refuse(code: "BAD_PHONE", at: now))
                    case 4:
                        wasUnknown = true
                        if let event = entry.unknown("no answer", default: .resend, maxAttempts: 3, notBefore: 0, at: now) {
                            events.append(event)
                        }
                    default:
                        let status = MessageStatus.allCases.randomElement(using: &random)!
                        events.append(entry.accept(Acceptance(messageIDs: ["1"], status: .known(status), cost: nil), at: now))
                    }
                case .tracking:
                    let status: ReceivedStatus =
                        Bool.random(using: &random) ? .other("X\(step)") : .known(MessageStatus.allCases.randomElement(using: &random)!)
                    if Int.random(in: 0..<12, using: &random) == 0 {
                        events.append(entry.giveUpTracking(code: "TRACKING_EXPIRED", "late", at: now))
                    } else if let event = entry.learn(status, at: now) {
                        events.append(event)
                    }
                case .held:
                    switch Int.random(in: 0..<4, using: &random) {
                    case 0: events.append(entry.resolveSent(messageIDs: ["5"], at: now))
                    case 1: events.append(entry.resolveSent(messageIDs: [], at: now))
                    case 2: events.append(entry.resolveFailed(at: now))
                    default: entry.resolveResend(at: 0)
                    }
                case .closed: break
                }
                // What is stored is what is known.
                guard entry.state != .closed else { break }
                var bytes: [UInt8] = []
                LedgerCodec.encode(entry, into: &bytes)
                let decoded = bytes.withUnsafeBytes { try? LedgerCodec.decode($0) }
                #expect(decoded == .open(entry), "seed \(seed)")
            }
            #expect(events.map(\.sequence) == (0..<events.count).map { UInt16($0 + 1) }, "seed \(seed)")
            #expect(zip(events, events.dropFirst()).allSatisfy { $0.status <= $1.status }, "seed \(seed)")
            #expect(events.dropLast().allSatisfy { !$0.isFinal }, "seed \(seed)")
            #expect((events.last?.isFinal == true) == (entry.state == .closed), "seed \(seed)")
            if wasUnknown, let last = events.last, last.status == .failed {
                #expect(last.isPossibleDuplicate && ["OUTCOME_UNKNOWN", "RESOLVED"].contains(last.reason?.code), "seed \(seed)")
            }
        }
    }
}
