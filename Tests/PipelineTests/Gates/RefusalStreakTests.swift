import PipelineSupport
import TestSupport
import Testing
import Time

@testable import Requests
@testable import SMSPipeline

@Suite struct RefusalStreakTests {
    private let start = MonotonicInstant(nanoseconds: 3_600_000_000_000)
    private let odd = AttemptOutcome.refused(code: "ODD")

    private func message(_ phone: Int, _ text: Int) -> Message {
        Message(phone: Array("37529\(phone)"), text: Array("\(text)"), isTemplate: false, sender: nil)
    }

    private func narrowed() -> RefusalStreak {
        var streak = RefusalStreak()
        for number in 0..<10 { _ = streak.ended(UInt64(number), odd, message(number, number), at: start) }
        return streak
    }

    @Test func tenOfDifferentPhonesAndTwoTextsNarrow() {
        var streak = RefusalStreak()
        let changes = (0..<10).map { streak.ended(UInt64($0), odd, message($0, $0 == 4 ? 1 : 0), at: start) }
        #expect(changes == Array(repeating: nil, count: 9) + [.narrowed(code: "ODD")])
        #expect(streak.narrowedBy == "ODD" && streak.mayBegin(at: start) == false)
        #expect(streak.nextChange == start + .seconds(1) && streak.mayBegin(at: start + .seconds(1)))
    }

    /// A campaign whose text is refused, a number that is: their own fault.
    @Test func oneTextOrOnePhoneNarrowsNothingHoweverMany() {
        var (texts, phones) = (RefusalStreak(), RefusalStreak())
        for number in 0..<1_000 {
            #expect(texts.ended(1, odd, message(number, 7), at: start) == nil)
            #expect(phones.ended(1, odd, message(7, number), at: start) == nil)
        }
        #expect(texts.ended(1, odd, message(1, 8), at: start) == .narrowed(code: "ODD"), "the second text")
    }

    @Test func anAcceptanceOrAnotherCodeBeginsAnewAndWhatSpeaksOfTheMessageAloneDoesNot() {
        for between in [AttemptOutcome.refused(code: "BAD_PHONE"), .unknown(reason: "x"), .notBegun, .account(.credit, code: "C")] {
            var streak = RefusalStreak()
            for number in 0..<9 { _ = streak.ended(1, odd, message(number, number), at: start) }
            #expect(streak.ended(2, between, message(50, 50), at: start) == nil)
            #expect(streak.ended(3, odd, message(9, 9), at: start) == .narrowed(code: "ODD"), "\(between)")
        }
        let receipt = Acceptance(messageIDs: ["1"], status: .known(.sent), cost: nil)
        for between in [AttemptOutcome.accepted(receipt), .refused(code: "OTHER")] {
            var streak = RefusalStreak()
            for number in 0..<9 { _ = streak.ended(1, odd, message(number, number), at: start) }
            _ = streak.ended(2, between, message(50, 50), at: start)
            #expect(streak.ended(3, odd, message(9, 9), at: start) == nil, "\(between)")
        }
    }

    @Test func probesGoOneByOneEverLessOftenUntilOneIsAccepted() {
        var streak = narrowed()
        var now = start
        var waits: [Duration] = []
        for number in 0..<6 {
            let next = streak.nextChange ?? now
            waits.append(next - now)
            now = next
            #expect(streak.mayBegin(at: now))
            streak.began(UInt64(100 + number))
            #expect(streak.mayBegin(at: now + .seconds(3_600)) == false && streak.nextChange == nil, "one at a time")
            now = now + .milliseconds(300)
            #expect(streak.ended(UInt64(100 + number), odd, message(100 + number, 1), at: now) == nil)
        }
        #expect(waits == [1, 2, 4, 8, 10, 10].map { .seconds($0) })
        streak.began(200)
        #expect(streak.ended(200, .accepted(Acceptance(messageIDs: ["1"], status: .known(.sent), cost: nil)), nil, at: now) == .ended)
        #expect(streak.narrowedBy == nil && streak.mayBegin(at: now))
    }

    @Test func aProbeThatDidNotBeginIsFollowedAtOnceAndOneWithoutAnAnswerLater() {
        var streak = narrowed()
        let now = start + .seconds(1)
        streak.began(20)
        _ = streak.ended(20, .notBegun, message(20, 20), at: now)
        #expect(streak.mayBegin(at: now))
        streak.began(21)
        _ = streak.ended(21, .unknown(reason: "no answer"), message(21, 21), at: now)
        #expect(streak.nextChange == now + .seconds(1))
    }

    /// What began before the narrowing ends as it may.
    @Test func stragglersChangeNothingButByAnAcceptance() {
        var streak = narrowed()
        for number in 50..<100 { #expect(streak.ended(UInt64(number), odd, message(number, number), at: start + .milliseconds(10)) == nil) }
        #expect(streak.nextChange == start + .seconds(1))
        streak.began(200)
        _ = streak.ended(101, odd, message(101, 101), at: start + .seconds(2))
        #expect(streak.mayBegin(at: start + .seconds(60)) == false, "the probe is under way")
        let receipt = Acceptance(messageIDs: ["1"], status: .known(.sent), cost: nil)
        #expect(streak.ended(102, .accepted(receipt), nil, at: start + .seconds(2)) == .ended)
    }

    /// Whatever comes: never two probes at a time, never a probe before its time, and never stuck.
    @Test func anyOrderKeepsTheRules() {
        let failure = RandomSchedules.firstFailure(of: 3_000) { random -> String? in
            var streak = RefusalStreak()
            var now = start
            var running: [UInt64] = []
            var probe: UInt64?
            var tag: UInt64 = 0
            for _ in 0..<120 {
                now = now + .milliseconds(random.below(2_000))
                if random.oneIn(2), streak.mayBegin(at: now) {
                    if streak.narrowedBy != nil {
                        guard probe == nil else { return "two probes at a time" }
                        probe = tag + 1
                    }
                    tag += 1
                    streak.began(tag)
                    running.append(tag)
                } else if !running.isEmpty {
                    let ended = running.remove(at: random.below(running.count))
                    let outcomes: [AttemptOutcome] = [odd, odd, odd, odd, .refused(code: "BAD_PHONE"), .unknown(reason: "x"), .notBegun]
                    let isAccepted = random.oneIn(40)
                    let acceptance = Acceptance(messageIDs: ["1"], status: .known(.sent), cost: nil)
                    let outcome = isAccepted ? .accepted(acceptance) : outcomes[random.below(outcomes.count)]
                    _ = streak.ended(ended, outcome, random.oneIn(9) ? nil : message(Int(ended), Int(ended)), at: now)
                    if ended == probe || streak.narrowedBy == nil { probe = nil }
                    if isAccepted, streak.narrowedBy != nil { return "accepted, and still narrowed" }
                }
                guard streak.narrowedBy == nil || probe != nil || streak.nextChange != nil else { return "nobody opens it" }
                if let next = streak.nextChange, next - now > .seconds(10) { return "more than ten seconds apart" }
            }
            return nil
        }
        #expect(failure == nil)
    }
}
