import TestSupport
import Testing
import Time

@testable import Requests
@testable import SMSPipeline

struct RateBudgetTests {
    private func instant(_ milliseconds: Int) -> MonotonicInstant { MonotonicInstant(nanoseconds: Int64(milliseconds) * 1_000_000) }

    /// The most instants within any half-open second, by two fingers.
    private func mostInASecond(_ milliseconds: [Int]) -> Int {
        var first = 0
        var most = 0
        for index in milliseconds.indices {
            while milliseconds[first] <= milliseconds[index] - 1_000 { first += 1 }
            most = max(most, index - first + 1)
        }
        return most
    }

    @Test func theFleetStaysWithinItsLimitInEverySecondAcrossRebalances() {
        let failure = RandomSchedules.firstFailure(of: 10_000) { generator in
            let partitions = 8
            let replicas = 1 + generator.below(3)
            let limit = replicas * partitions + generator.below(20)
            var budgets = (0..<replicas).map { _ in RateBudget(limit: Double(limit)) }
            var owner = (0..<partitions).map { _ in generator.below(replicas) }
            var shown = owner  // what each replica has been told: a new owner hears of it later than the old one
            var taken: [Int] = []
            var now = 0
            func tell(_ replica: Int, _ map: [Int]) {
                budgets[replica].setShare(owned: map.filter { $0 == replica }.count, all: partitions, at: instant(now))
            }
            for replica in 0..<replicas { tell(replica, owner) }
            now = 1_500
            for _ in 0..<48 {
                // On to the next that may be taken; now and then later, so that buckets fill.
                let next = budgets.indices.compactMap { budgets[$0].nextAvailable(.prioritySend, at: instant(now)) }.min() ?? instant(now)
                now = max(now + 1, Int(next.nanoseconds / 1_000_000) + 1) + (generator.oneIn(6) ? generator.below(150) : 0)
                if generator.oneIn(16) {
                    let (first, old) = (generator.below(partitions), generator.below(replicas))
                    for partition in first..<partitions where owner[partition] == old {
                        owner[partition] = generator.below(replicas)
                        shown[partition] = -1
                    }
                    tell(old, shown)  // the revoke, before it is answered
                } else if shown != owner, generator.oneIn(2) {
                    shown = owner
                    for replica in 0..<replicas { tell(replica, shown) }
                }
                let kind: RateBudget.Kind = generator.oneIn(5) ? .poll : .prioritySend
                for replica in 0..<replicas {
                    while budgets[replica].take(kind, at: instant(now)) { taken.append(now) }
                }
            }
            let most = mostInASecond(taken)
            return most <= limit ? nil : "\(most) within a second, the limit is \(limit)"
        }
        #expect(failure == nil)
    }

    /// One process that owns all, with lanes that always want, for `seconds` after the start, in turns of `turn` milliseconds.
    private func run(
        limit: Double, turn: Int = 1, seconds: Int = 20, wanting kinds: [RateBudget.Kind]
    ) -> (counts: [RateBudget.Kind: Int], all: [Int]) {
        var budget = RateBudget(limit: limit)
        budget.setShare(owned: 8, all: 8, at: instant(0))
        var counts: [RateBudget.Kind: Int] = [:]
        var all: [Int] = []
        for now in stride(from: 0, to: 1_500 + seconds * 1_000, by: turn) {
            for kind in kinds {
                while budget.take(kind, at: instant(now)) {
                    if now >= 1_500 { counts[kind, default: 0] += 1 }
                    all.append(now)
                }
            }
        }
        return (counts, all)
    }

    @Test(arguments: [1.0, 7, 20, 100, 2_000])
    func aLaneAloneGetsTheWholeLimitAndNeverMore(limit: Double) {
        for kind in RateBudget.Kind.allCases {
            let (counts, all) = run(limit: limit, seconds: 10, wanting: [kind])
            #expect(Double(counts[kind] ?? 0) >= 0.98 * limit * 10 - 1)
            #expect(mostInASecond(all) <= Int(limit))
        }
    }

    @Test(arguments: [20.0, 100, 1_000], [1, 7])
    func priorityComesFirstAndNobodyStarves(limit: Double, turn: Int) {
        let (counts, all) = run(limit: limit, turn: turn, wanting: [.prioritySend, .bulkSend, .poll])
        let total = limit * 20
        #expect(Double(counts[.prioritySend] ?? 0) >= 0.85 * total)
        #expect(Double(counts[.bulkSend] ?? 0) >= 0.045 * total)
        #expect(Double(counts[.poll] ?? 0) >= 0.045 * total)
        #expect(Double(all.count) >= 0.97 * total)
        #expect(mostInASecond(all) <= Int(limit))
    }

    @Test func sendsComeBeforePolls() {
        let (counts, _) = run(limit: 100, wanting: [.poll, .bulkSend])
        #expect(counts[.bulkSend] ?? 0 >= 1_850)
        #expect((90...110).contains(counts[.poll] ?? 0))
    }

    @Test func underAFloodOfBulkAPriorityRequestWaitsForOneTokenAtMost() {
        var budget = RateBudget(limit: 200)
        budget.setShare(owned: 1, all: 1, at: instant(0))
        var worst = 0
        var wantedSince: Int?
        for now in 1_500..<20_000 {
            if now % 397 == 0 { wantedSince = now }
            if let since = wantedSince, budget.take(.prioritySend, at: instant(now)) {
                worst = max(worst, now - since)
                wantedSince = nil
            }
            while budget.take(.bulkSend, at: instant(now)) {}
        }
        #expect(worst <= 6)
    }

    @Test func aReserveLetsPriorityRequestsThroughAtOnceWhileTheLaneIsInUse() {
        var budget = RateBudget(limit: 1_000)
        budget.setShare(owned: 1, all: 1, at: instant(0))
        var refused = 0
        var bulk = 0
        for now in 1_500..<11_500 {
            while budget.take(.bulkSend, at: instant(now)) { bulk += 1 }
            // A burst of ten, a second apart.
            if now % 1_000 == 700 { for _ in 0..<10 where !budget.take(.prioritySend, at: instant(now)) { refused += 1 } }
            budget.notWaiting(.prioritySend)
        }
        #expect(refused <= 10)  // the first burst found the lane idle and all of it lent
        #expect(bulk >= 9_700)
    }

    @Test func nextAvailableTellsTheInstant() {
        let failure = RandomSchedules.firstFailure(of: 10_000) { generator in
            var budget = RateBudget(limit: Double(1 + generator.below(300)))
            let kind = RateBudget.Kind(rawValue: generator.below(3)) ?? .poll
            guard budget.nextAvailable(kind, at: instant(0)) == nil else { return "something comes of no share" }
            budget.setShare(owned: 1, all: 1, at: instant(0))
            guard budget.nextAvailable(kind, at: instant(10)) == instant(1_500) else { return "a first share comes at once" }
            var now = instant(1_500)
            for _ in 0..<30 {
                guard let next = budget.nextAvailable(kind, at: now), next >= now else { return "no next instant" }
                if next > now {
                    var early = budget
                    if early.take(kind, at: next - .microseconds(1_001)) { return "it could be had before \(next)" }
                }
                now = next
                guard budget.take(kind, at: now) else { return "nothing at the instant it told" }
                now = now + .microseconds(generator.below(4) * generator.below(20_000))
            }
            return nil
        }
        #expect(failure == nil)
    }

    @Test func aSmallerShareCountsAtOnceAndALargerOneLater() {
        var budget = RateBudget(limit: 80)
        budget.setShare(owned: 8, all: 8, at: instant(0))
        _ = budget.take(.bulkSend, at: instant(1_500))
        #expect(budget.rate == 80)
        budget.setShare(owned: 4, all: 8, at: instant(2_000))
        #expect(budget.rate == 40)
        budget.setShare(owned: 6, all: 8, at: instant(2_100))
        budget.setShare(owned: 6, all: 8, at: instant(3_000))  // told again: nothing new
        _ = budget.take(.bulkSend, at: instant(3_599))
        #expect(budget.rate == 40)
        _ = budget.take(.bulkSend, at: instant(3_600))
        #expect(budget.rate == 60)
        budget.setShare(owned: 0, all: 8, at: instant(3_700))
        let taken = budget.take(.prioritySend, at: instant(9_000))
        let next = budget.nextAvailable(.prioritySend, at: instant(9_000))
        #expect(!taken && next == nil)
    }

    @Test func withoutALimitEverythingPasses() {
        var budget = RateBudget(limit: 0)
        for kind in RateBudget.Kind.allCases {
            let taken = budget.take(kind, at: instant(0))
            let next = budget.nextAvailable(kind, at: instant(5))
            #expect(taken && next == instant(5))
        }
    }

    @Test func aLimitOfNextToNothingIsLookedAtAgainWithinAnHour() throws {
        for limit in [1e-10, 1e-30, Double.leastNonzeroMagnitude] {
            var budget = RateBudget(limit: limit)
            budget.setShare(owned: 1, all: 1, at: instant(0))
            let later = instant(1_000_000)
            while budget.take(.bulkSend, at: later) {}
            let available = budget.nextAvailable(.bulkSend, at: later)
            let next = try #require(available)
            #expect(next > later && next - later <= .seconds(3_601))
        }
    }
}
