import PipelineSupport
import Testing

@testable import Requests
@testable import SMSPipeline

@Suite struct OutageTests {
    /// An hour in which nobody can be reached: a probe or two a minute, no message fails, and all are sent when it is over.
    @Test func anHourWithoutTheProviderFailsNothing() throws {
        var send = SendSettings.sample
        send.ordering = .none
        let stage = PipelineStage(committed: 0, settings: .sample(send: send))
        stage.answer = .notSent(reason: "no connection", retryAfter: nil, isAnswer: false)
        try stage.start()
        for number in 0..<200 {
            try stage.publish(#"{"id":"m\#(number)","phone":"375291234567","text":"x"}"#, at: stage.wall)
        }
        var minutes: [Int] = []
        for _ in 0..<60 {
            let before = stage.sent.count
            try stage.live(seconds: 60)
            minutes.append(stage.sent.count - before)
        }
        print("attempts in each minute of the outage: \(minutes)")
        #expect(minutes.dropFirst(10).allSatisfy { (1...2).contains($0) }, "\(minutes)")
        #expect(stage.events.isEmpty)
        stage.answer = .accepted(Acceptance(messageIDs: ["8767"], status: .known(.queued), cost: nil))
        try stage.live(seconds: 600)
        #expect(stage.events.count == 200)
        #expect(stage.events.allSatisfy { $0.status == "QUEUED" })
    }

    /// Sends fail, and polls are answered: nobody goes on as if the provider were well. (With one share for both, polls that went well covered
    /// any number of sends that did not: each message was tried three times, and failed.)
    @Test func pollsThatAreAnsweredCoverNoSendsThatFail() throws {
        var send = SendSettings.sample
        send.ordering = .none
        var track = TrackSettings.sample
        track.cadence = [.seconds(1)]
        let stage = PipelineStage(committed: 0, settings: .sample(send: send, track: track))
        stage.answer = .accepted(Acceptance(messageIDs: ["8767"], status: .known(.queued), cost: nil))
        stage.status = .queued
        try stage.start()
        for number in 0..<100 {
            try stage.publish(#"{"id":"t\#(number)","phone":"375291234567","text":"x"}"#, at: stage.wall)
        }
        #expect(stage.events.count == 100)
        stage.answer = .notSent(reason: "no connection", retryAfter: nil, isAnswer: false)
        for number in 0..<100 {
            try stage.publish(#"{"id":"f\#(number)","phone":"375291234567","text":"x"}"#, at: stage.wall)
        }
        try stage.live(seconds: 600)
        let before = stage.sent.count
        try stage.live(seconds: 600)
        #expect((10...20).contains(stage.sent.count - before), "\(stage.sent.count - before) attempts in ten minutes")
    }

    /// A request that must not be sent again gets its intent for a probe that may go now, never ahead of it: after a crash an intent is
    /// *unknown*, and the request would be held or closed for nothing.
    @Test func inAnOutageStrictRequestsGetNoIntentAheadOfAProbe() throws {
        var send = SendSettings.sample
        send.ordering = .none
        send.onUnknown = .hold
        let stage = PipelineStage(committed: 0, settings: .sample(send: send))
        stage.answer = .notSent(reason: "no connection", retryAfter: nil, isAnswer: false)
        try stage.start()
        for number in 0..<100 {
            try stage.publish(#"{"id":"h\#(number)","phone":"375291234567","text":"x"}"#, at: stage.wall)
        }
        try stage.live(seconds: 60)
        let (intents, posts) = (stage.intents, stage.sent.count)
        try stage.live(seconds: 600)
        let probes = stage.sent.count - posts
        #expect(probes >= 10, "\(probes)")
        #expect(stage.intents - intents == probes)
    }
}
