import TestSupport
import Testing
import Time

@testable import SMSPipeline

@Suite struct UpkeepTests {
    private let now = MonotonicInstant(nanoseconds: 3_600_000_000_000)

    private func upkeep(maxAge: Duration = .seconds(1_000)) -> Upkeep { Upkeep(maxAge: maxAge, at: now) }

    @Test func itTicksOnceASecond() {
        var upkeep = upkeep()
        let ticks = (0...300).filter { upkeep.ticked(at: now + .milliseconds($0 * 10)) }
        #expect(ticks == [0, 100, 200, 300])
        let afterAPause = (0...1).map { _ in upkeep.ticked(at: now + .seconds(60)) }
        #expect(afterAPause == [true, false], "what was missed is not made up for")
    }

    @Test func someThingsAreDoneEachFifthOrSixtiethSecond() {
        var upkeep = upkeep()
        var (closed, whole, counts, countsGone): ([Int], [Int], [Int], [Int]) = ([], [], [], [])
        for tick in 1...120 {
            _ = upkeep.ticked(at: now + .seconds(tick))
            if upkeep.looksAtClosed { closed.append(tick) }
            if upkeep.looksAtWhole { whole.append(tick) }
            if upkeep.mustCount(areBrokersGone: false) { counts.append(tick) }
            if upkeep.mustCount(areBrokersGone: true) { countsGone.append(tick) }
        }
        #expect(closed == Array(stride(from: 5, through: 120, by: 5)))
        #expect(whole == [60, 120] && counts == [60, 120])
        #expect(countsGone == Array(stride(from: 2, through: 120, by: 2)), "an idle consumer does not say when brokers are back")
    }

    // MARK: Pauses

    /// The interval: a tenth of the age that a request may have, 10 s to 5 min.
    @Test(arguments: [(20, 10), (1_000, 100), (86_400, 300)])
    func aPauseIsSavedEveryIntervalAndOnceWhenItIsOver(maxAge: Int, interval: Int) {
        var upkeep = upkeep(maxAge: .seconds(maxAge))
        let pause = 5..<5 + 3 * interval + 4
        let saved = (0..<5 * interval).filter { upkeep.mustSavePauses(isPaused: pause.contains($0), at: now + .seconds($0)) }
        #expect(saved == [5 + interval, 5 + 2 * interval, 5 + 3 * interval, pause.upperBound])
    }

    /// Whenever the process dies, no more of a pause is forgotten than an interval of it.
    @Test func noMoreOfAPauseIsForgottenThanAnInterval() {
        let failure = RandomSchedules.firstFailure(of: 500) { random -> String? in
            var upkeep = upkeep()
            var (isPaused, unsaved) = (false, 0)
            for second in 0..<2_000 {
                let isOver = isPaused && random.oneIn(120)
                if isOver || (!isPaused && random.oneIn(60)) { isPaused.toggle() }
                let saves = upkeep.mustSavePauses(isPaused: isPaused, at: now + .seconds(second))
                if saves == false, isOver { return "a pause is over and not saved" }
                if saves, !isPaused, !isOver { return "saved without a pause" }
                unsaved = saves ? 0 : unsaved + (isPaused ? 1 : 0)
                if unsaved > 101 { return "\(unsaved) s of a pause are not saved" }
            }
            return nil
        }
        #expect(failure == nil)
    }

    // MARK: The number of partitions

    @Test func oneQuestionAtATimeAndItIsLostWithItsSession() {
        var upkeep = upkeep()
        let asks = [upkeep.beginsCounting(), upkeep.beginsCounting()]
        #expect(asks == [true, false])
        upkeep.sessionLost()
        let anew = [upkeep.beginsCounting(), upkeep.beginsCounting()]
        #expect(anew == [true, false], "its answer never comes")
        _ = upkeep.counted(nil)
        let after = upkeep.beginsCounting()
        #expect(after, "no answer is an answer too")
    }

    @Test func onlyAnotherNumberIsNews() {
        var upkeep = upkeep()
        upkeep.atLeast(partitions: 8)
        upkeep.atLeast(partitions: 4)
        #expect(upkeep.partitionCount == 8)
        let news = [8, nil, 12, 12, 3].map { upkeep.counted($0) }
        #expect(news == [false, false, true, false, true])
        #expect(upkeep.partitionCount == 3)
    }

    // MARK: Sweeps

    @Test func aFullSweepIsFollowedByAnother() {
        var upkeep = upkeep()
        for (count, goesOn) in [(0, false), (999, false), (1_000, true)] {
            upkeep.sweeps()
            upkeep.swept(count)
            #expect(upkeep.mustSweepOn == goesOn)
        }
        upkeep.swept(1)
        #expect(upkeep.mustSweepOn == true, "of one partition it was full")
        upkeep.sweeps()
        #expect(upkeep.mustSweepOn == false)
    }
}
