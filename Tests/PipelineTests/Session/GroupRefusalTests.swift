import PipelineSupport
import Testing
import Time

@testable import Requests
@testable import SMSPipeline

/// A group that never takes the worker ends its start; one that took it before is waited for.
@Suite struct GroupRefusalTests {
    private static let rights = refusal("GROUP_AUTHORIZATION_FAILED", .rights)
    private static let session = refusal("INVALID_SESSION_TIMEOUT", .sessionTimeout)

    private static func refusal(_ name: String, _ what: BrokerError.GroupRefusal) -> BrokerError {
        var error = BrokerError(.other, name: name)
        error.groupRefusal = what
        return error
    }

    /// A pipeline whose first session says this before anything else.
    private func end(after error: BrokerError) -> PipelineEnd? {
        let fixture = PipelineFixture()
        let session = StageSession()
        session.events = [.failed(error)]
        fixture.opened(session)
        fixture.turn(for: .seconds(1))
        let troubles = fixture.observer.notes.count { if case .consumerTrouble = $0 { true } else { false } }
        #expect(troubles == 0, "its end says it")
        return fixture.pipeline.end
    }

    @Test func noRightOnTheGroupEndsTheStart() throws {
        guard case .refused(let sentence) = end(after: Self.rights) else {
            Issue.record("not refused")
            return
        }
        #expect(sentence.contains("Read on the group g ") && sentence.contains("GROUP_AUTHORIZATION_FAILED"))
    }

    @Test func aSessionTimeoutThatIsRefusedEndsTheStart() throws {
        guard case .unfit(let sentence) = end(after: Self.session) else {
            Issue.record("not unfit")
            return
        }
        #expect(sentence.contains("session.timeout.ms") && sentence.contains("INVALID_SESSION_TIMEOUT"))
        #expect(sentence.contains("\(PipelineSettings.sample().timings.session.milliseconds) ms"))
    }

    @Test(arguments: [rights, session]) func whatComesAfterTheGroupTookItOnceIsWaitedFor(_ error: BrokerError) {
        let fixture = PipelineFixture()
        let session = StageSession()
        session.events = [.assign([]), .revoke([], isLost: true), .failed(error)]
        fixture.opened(session)
        fixture.turn(for: .seconds(600))
        #expect(fixture.pipeline.end == nil)
        #expect(fixture.observer.health.reason == "the group does not take this worker: \(error.description)")
        session.events = [.assign([])]
        fixture.turn(for: .seconds(1))
        #expect(fixture.observer.health.reason == nil)
    }

    @Test func whoIsAMemberIsReadyWhateverAnotherBrokerSays() {
        let fixture = PipelineFixture()
        let session = StageSession()
        session.events = [.assign([]), .failed(Self.rights)]
        fixture.opened(session)
        fixture.turn(for: .seconds(1))
        #expect(fixture.observer.health.reason == nil && fixture.pipeline.end == nil)
    }
}
