import SMSPipeline
import TestSupport
import Testing

/// The pace before a modelled provider (`ProviderModel`), beside a fixed number of slots before the same.
@Suite struct PaceModelTests {
    private func perMille(_ share: Double) -> Int { Int((1_000 * share).rounded()) }

    private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

    /// What the same provider accepts a second without any failure.
    private func ideal(slots: Int) -> Double {
        var model = ProviderModel(seed: 1)
        model.slots = slots
        return model.after(40).acceptedPerSecond(10..<40)
    }

    // MARK: A provider that fails some

    /// After five seconds in which nothing is accepted: from their end on for twenty seconds, and, whatever the seed, from ten seconds later on.
    @Test(arguments: [0, 0.1, 0.2, 0.35, 0.5], [4, 16, 64])
    func aProviderThatFailsSomeAtRandomIsUsedInFullAfterAnOutage(failing: Double, slots: Int) {
        let ideal = ideal(slots: slots)
        var soon: [Double] = []
        var later: [Double] = []
        for seed in 1...6 as ClosedRange<UInt64> {
            var model = ProviderModel(seed: seed)
            model.slots = slots
            model.failing = failing
            model.outage = 0..<5
            let end = model.after(35)
            soon.append(end.acceptedPerSecond(5..<25) / ideal)
            later.append(end.acceptedPerSecond(15..<35) / ideal)
        }
        let worst = later.min() ?? 0
        let said = "\(slots) slots, \(perMille(failing)) ‰ fail: \(perMille(mean(soon))) ‰ accepted, at worst \(perMille(worst)) ‰ later"
        print(said)
        #expect(mean(soon) >= 0.9 * (1 - failing), "\(said)")
        #expect(worst >= 0.9 * (1 - failing), "\(said)")
    }

    /// Failures that take up to a second leave fewer slots free: what is sent is kept by the rate here, not by the slots.
    @Test(arguments: [0.1, 0.2, 0.35, 0.5])
    func failuresThatTakeUpToASecondTakeNoMoreOfTheRateThanTheirShare(failing: Double) {
        let shares = (1...10 as ClosedRange<UInt64>).map { seed in
            var model = ProviderModel(seed: seed)
            (model.slots, model.rate, model.failing) = (64, 50, failing)
            model.ways = [.quick, .refused, .slow]
            (model.outage, model.outageWay) = (0..<5, .slow)
            return model.after(35).acceptedPerSecond(5..<35) / 50
        }
        print("50 requests/s, \(perMille(failing)) ‰ fail: \(perMille(mean(shares))) ‰ accepted")
        #expect(mean(shares) >= 0.9 * (1 - failing))
    }

    /// A third of the failures hangs until the timeout, a third loses its reply.
    @Test(arguments: [0.1, 0.2, 0.35, 0.5], [2.0, 15])
    func hangsAndLostRepliesLeaveWhatFixedSlotsWould(failing: Double, timeout: Double) {
        let shares = (1...5 as ClosedRange<UInt64>).map { seed in
            var model = ProviderModel(seed: seed)
            (model.timeout, model.failing) = (timeout, failing)
            model.ways = [.quick, .refused, .hang]
            model.outage = 0..<5
            let range = 5..<105
            let paced = model.after(105).acceptedPerSecond(range)
            model.hasPace = false
            return paced / model.after(105).acceptedPerSecond(range)
        }
        print("timeout \(timeout) s, \(perMille(failing)) ‰ fail, a third of them hangs: \(perMille(mean(shares))) ‰ of fixed slots")
        #expect(mean(shares) >= 0.9, "\(shares)")
    }

    @Test func theMoreFailTheFewerAreAsked() {
        var before = Double.infinity
        for failing in [0.5, 0.7, 0.8, 0.9, 1] {
            var model = ProviderModel(seed: 7)
            model.failing = failing
            let attempts = ProviderModel.sum(model.after(60).attempts, 0..<60)
            #expect(attempts < before, "\(failing)")
            before = attempts
        }
    }

    // MARK: A provider that cannot keep up

    /// With and without the pace, in the minute after the capacity has changed.
    private func compare(_ seed: UInt64, _ what: String, capacity: Double, from start: Int = 20, _ set: (inout ProviderModel) -> Void) -> (
        unknown: Double, goodput: Double, recovery: Int
    ) {
        var model = ProviderModel(seed: seed)
        (model.slots, model.timeout) = (64, 2)
        set(&model)
        let range = start..<start + 60
        let paced = model.after(start + 60)
        model.hasPace = false
        let fixed = model.after(start + 60)
        let recovery = range.dropLast(4).first { paced.acceptedPerSecond($0..<$0 + 5) >= 0.95 * capacity }
        let (unknown, fixedUnknown) = (paced.unknownPerMillion(range), fixed.unknownPerMillion(range))
        let (goodput, fixedGoodput) = (paced.acceptedPerSecond(range) / capacity, fixed.acceptedPerSecond(range) / capacity)
        print(
            "\(what), seed \(seed): \(Int(unknown)) unknown a million, fixed slots \(Int(fixedUnknown)); goodput \(perMille(goodput)) ‰, "
                + "fixed \(perMille(fixedGoodput)) ‰; recovery \(recovery.map { "\($0 - start) s" } ?? "none")")
        return (unknown / max(1, fixedUnknown), goodput, recovery.map { $0 - start } ?? .max)
    }

    /// Ten workers of 64 slots before one queue without a bound, which goes on with what nobody waits for any more: at 400 requests a second
    /// an answer takes 1.6 s, at 200 fixed slots get every one too late, for ever.
    @Test(arguments: 1...5 as ClosedRange<UInt64>)
    func whereTheCapacityHalvesHardlyAnythingComesTooLate(seed: UInt64) {
        let result = compare(seed, "ten workers, 400/s then 200/s", capacity: 200) {
            $0.workers = 10
            $0.service = .queue { $0 < 20 ? 400 : 200 }
        }
        #expect(result.unknown <= 0.1)
        #expect(result.goodput >= 0.95)
        #expect(result.recovery <= 10)
    }

    /// One worker: 400 requests a second, then 20, which is less than 64 slots in two seconds.
    @Test(arguments: 1...5 as ClosedRange<UInt64>)
    func whereTheCapacityFallsToATwentiethLittleComesTooLate(seed: UInt64) {
        let result = compare(seed, "one worker, 400/s then 20/s", capacity: 20) { $0.service = .queue { $0 < 20 ? 400 : 20 } }
        #expect(result.unknown <= 0.1)
        #expect(result.recovery <= 10)
    }

    @Test(arguments: 1...5 as ClosedRange<UInt64>)
    func whenTheCapacityIsBackItIsUsed(seed: UInt64) {
        let result = compare(seed, "one worker, 20/s then 400/s", capacity: 400) { $0.service = .queue { $0 < 20 ? 20 : 400 } }
        #expect(result.goodput >= 0.95)
        #expect(result.recovery <= 10)
    }

    /// 200 a second while sixteen are under way, 12 while 64 are.
    @Test(arguments: 1...5 as ClosedRange<UInt64>)
    func aProviderThatCollapsesUnderManyIsKeptFromIt(seed: UInt64) {
        let result = compare(seed, "one worker, 200/s up to 16 at a time", capacity: 200, from: 0) {
            $0.service = .crowd(perSecond: 200, good: 16)
        }
        #expect(result.unknown <= 0.1)
        #expect(result.goodput >= 0.2, "what fixed slots get is next to nothing")
    }

    /// Slow, and no quicker with fewer: a few minutes an hour are lost to see that.
    @Test func aProviderThatIsSlowByNatureIsUsedInFull() {
        for (latency, timeout) in [(0.9...1.1, 2.0), (4.0...6.0, 15.0)] {
            var model = ProviderModel(seed: 5)
            (model.slots, model.timeout, model.latency) = (64, timeout, latency)
            let paced = model.after(3_600).acceptedPerSecond(0..<3_600)
            model.hasPace = false
            let share = paced / model.after(3_600).acceptedPerSecond(0..<3_600)
            print("answers after \(latency) s, timeout \(timeout) s: \(perMille(share)) ‰ of fixed slots")
            #expect(share >= 0.9)
        }
    }

    // MARK: An outage

    @Test(arguments: [ProviderModel.Failure.quick, .refused, .hang], [2.0, 15])
    func anHourWithoutTheProviderLeavesAProbeOrTwoAMinute(way: ProviderModel.Failure, timeout: Double) {
        for seed in 1...2 as ClosedRange<UInt64> {
            var model = ProviderModel(seed: seed)
            (model.slots, model.timeout) = (64, timeout)
            (model.outage, model.outageWay) = (10..<3_610, way)
            let end = model.after(3_610 + 80)
            let minutes = (0..<60).map { Int(ProviderModel.sum(end.attempts, 10 + 60 * $0..<70 + 60 * $0)) }
            if seed == 1 { print("\(way), timeout \(timeout) s: \(minutes) attempts a minute") }
            for minute in 10..<60 { #expect((1...2).contains(minutes[minute]), "seed \(seed), minute \(minute): \(minutes)") }
            // All slots once to learn it, as many again until they narrow, and the probes; where it fails at once, some more while what was
            // under way before is still answered.
            #expect(minutes[0] <= (way == .refused ? 450 : 230), "seed \(seed): \(minutes[0])")
            #expect(end.accepted[3_610 + 75] > 1_000, "seed \(seed): it is over")
        }
    }

    @Test func whereLittleIsSentAnOutageEndsToo() {
        for seed in 1...20 as ClosedRange<UInt64> {
            var model = ProviderModel(seed: seed)
            model.interval = 20
            model.outage = 60..<3_600
            let end = model.after(3_900)
            #expect(end.changes.contains { $0.at < 3_600 }, "seed \(seed): it never opened")
            #expect(end.pace.state(at: ProviderModel.instant(3_900)) == .closed, "seed \(seed)")
            #expect(ProviderModel.sum(end.accepted, 3_840..<3_900) > 0, "seed \(seed)")
        }
    }
}
