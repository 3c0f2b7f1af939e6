import PipelineSupport
import Testing
import Time

@testable import Requests
@testable import SMSPipeline

/// An `init_transactions` that never returns must not leave a process that is alive, not ready and owns nothing, for ever.
@Suite struct HungOpeningTests {
    /// With an opening under way.
    private func fixture() -> PipelineFixture {
        let fixture = PipelineFixture()
        fixture.opened(BrokerError(.other, name: "SOMETHING"))
        fixture.turn(for: .seconds(2))
        #expect(fixture.opener.count == 1)
        return fixture
    }

    /// Long enough to be noticed, and for the next one to begin.
    private func hang(_ fixture: PipelineFixture) {
        fixture.opener.hangs = true
        fixture.turn(for: .seconds(15))
    }

    @Test func itIsLeftBehindAndAnotherBegins() {
        let fixture = fixture()
        hang(fixture)
        #expect(fixture.opener.abandoned == 1 && fixture.opener.count == 2)
        #expect(fixture.pipeline.end == nil)
        #expect(fixture.observer.health.reason?.contains("did not return") == true)
        fixture.turn(for: .seconds(600))
        #expect(fixture.opener.abandoned == 1 && fixture.opener.count == 2, "the next one has its own time")
    }

    @Test func aPauseOfTheProcessGivesItAnotherChance() {
        let fixture = fixture()
        fixture.opener.hangs = true
        fixture.turn(for: .seconds(2))
        fixture.opener.hangs = false
        fixture.turn(for: .seconds(5))
        #expect(fixture.opener.abandoned == 0)
    }

    @Test func theSecondWithinTheHourEndsTheProcess() {
        let fixture = fixture()
        hang(fixture)
        fixture.turn(for: .seconds(3_500))
        hang(fixture)
        guard case .failed(let sentence) = fixture.pipeline.end else {
            Issue.record("\(String(describing: fixture.pipeline.end))")
            return
        }
        #expect(sentence.contains("twice within an hour"))
    }

    @Test func oneAnHourEndsNothing() {
        let fixture = fixture()
        for _ in 0..<5 {
            hang(fixture)
            fixture.turn(for: .seconds(3_600))
        }
        #expect(fixture.pipeline.end == nil && fixture.opener.abandoned == 5)
    }

    @Test func brokersThatAreAwayExplainIt() {
        let fixture = fixture()
        var down = BrokerError(.other, name: "_ALL_BROKERS_DOWN")
        down.isBrokerTrouble = true
        down.areAllBrokersDown = true
        fixture.pipeline.consumerFailed(down)
        for _ in 0..<3 {
            hang(fixture)
            fixture.turn(for: .seconds(200))
        }
        #expect(fixture.pipeline.end == nil && fixture.opener.abandoned == 3)
        // Every one leaves a thread and handles behind.
        for _ in 0..<3 { hang(fixture) }
        #expect(fixture.pipeline.end != nil)
    }
}
