import Requests
import Testing
import Time

@testable import SMSPipeline

/// A campaign with retries, policies that allow no second SMS, and one-time codes among it: whatever stands in front of a line, it has its
/// floor, and so none expires.
@Suite struct CampaignTests {
    /// A one-time code that comes later is worth nothing, and no other request may wait longer either.
    private static let life = Duration.seconds(300)

    @Test(arguments: [
        (100_000, CampaignStage.Conditions()),
        (40_000, CampaignStage.Conditions(latency: 200, rate: 200)),
        // Before a pace that the provider's queue keeps at some 25 of the 64 slots.
        (20_000, CampaignStage.Conditions(latency: 20, capacity: 100, requestTimeout: .seconds(1))),
    ])
    func noneOfACampaignWaitsLongerThanItsFloorAllows(count: Int, _ conditions: CampaignStage.Conditions) {
        let pace = conditions.attemptsASecond
        let surge = Campaign.Surge(share: 1.2, seconds: 100)
        let after = Campaign.Surge(share: 0.1, seconds: 60)
        let campaign = Campaign(
            count: count, attemptsASecond: pace, surges: [surge, after], codeLife: Self.life.milliseconds, seed: 1)
        // By the rule: the codes of the surge have three quarters of the attempts at least; and whoever is read has them all before it at
        // most, and all that may wait in memory.
        let codes = surge.share * surge.seconds / 0.75
        let others = (surge.share * surge.seconds + Double(CampaignStage.mostWaiting) / pace) / (1 - after.share)
        #expect(Duration.seconds(Int64(max(codes, others))) < Self.life)
        let stage = CampaignStage(campaign, conditions, maxAge: Self.life, seed: 1)
        // No attempt is lost for long: a tenth, for slots and tokens that wait for a commit.
        stage.run(atMost: .seconds(Int64(Double(campaign.attempts) / pace * 1.1) + 60))
        print(stage.report)
        #expect(stage.trouble == [])
        #expect(stage.watch.broken == [])
        #expect(stage.expired == 0)
        #expect(stage.failed == campaign.count { $0.isLost && $0.policy == .fail })
        #expect(stage.held == campaign.count { $0.isLost && $0.policy == .hold })
        #expect(stage.delivered == count - stage.failed - stage.held)
    }

    /// A provider that was slow for a moment: what waits is sent, and those behind go to their intents again without a record of their own.
    @Test func aStallDoesNotCostEachLaterRequestARecord() {
        let conditions = CampaignStage.Conditions(latency: 10, stall: 2_000)
        let campaign = Campaign(
            count: 60_000, attemptsASecond: conditions.attemptsASecond, surges: [], codeLife: Self.life.milliseconds, seed: 1)
        let stage = CampaignStage(campaign, conditions, maxAge: Self.life, seed: 1)
        stage.run(atMost: .seconds(60))
        print("\(stage.waitingRecords) records of waiting in \(stage.seconds) s")
        #expect(stage.trouble == [])
        #expect(stage.delivered + stage.failed + stage.held == 60_000)
        #expect(stage.waitingRecords >= 100, "it reads on beyond what can begin")
        #expect(stage.waitingRecords <= Int(Double(ReadAhead.rate) * (stage.seconds + 1)))
    }
}

extension CampaignStage {
    fileprivate var report: String {
        let lines = FairLines.Line.allCases.map { line in
            let worst = watch.worst[line.rawValue]
            let least = watch.least[line.rawValue].map(String.init) ?? "-"
            return """
                \(line): \(worst.waits) waits, the longest of \(worst.attempts) attempts, nearest to its bound \(worst.waited) of \
                \(worst.bound); at least \(least) of \(FloorWatch.window) attempts while it waited
                """
        }
        return "\(watch.attempts) attempts in \(Int(seconds)) s: \(lines.joined(separator: "; "))"
    }
}
