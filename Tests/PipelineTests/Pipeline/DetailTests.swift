import PipelineSupport
import Testing
import Time

@testable import Requests
@testable import SMSPipeline

/// What is told to whoever looks; looking changes nothing.
@Suite struct DetailTests {
    private func request(_ number: Int, _ more: String = "") -> String {
        #"{"id":"m-\#(number)","phone":"37529\#(1_000_000 + number)","text":"a"\#(more)}"#
    }

    private func paused() throws -> PipelineStage {
        let stage = PipelineStage(settings: .sample(checksBalance: true))
        stage.account = StageAccount(credits: 0)
        try stage.start()
        try stage.publish((0..<5).map { request($0, $0 < 2 ? #","priority":true"# : "") }, key: nil, at: stage.wall)
        try stage.turn(for: 3)
        return stage
    }

    @Test func itHasTheReportOfTheSecondAndTheLanesOfIt() throws {
        let stage = try paused()
        let detail = stage.detail()
        #expect(detail.health.account == .credit && detail.health.waiting == stage.health.waiting)
        #expect(detail.priority.waiting == 2 && detail.bulk.waiting == 3)
        #expect(detail.posts.running == 0 && detail.posts.most == stage.detail().posts.most && detail.posts.most > 0)
    }

    @Test func lookingChangesNothing() throws {
        let (watched, alone) = (try paused(), try paused())
        for _ in 0..<600 {
            _ = watched.detail(ends: [PipelineStage.partition: 5])
            try watched.turn(for: 1)
            try alone.turn(for: 1)
        }
        watched.account?.credits = 5
        alone.account?.credits = 5
        try watched.turn(for: 330)
        try alone.turn(for: 330)
        #expect(watched.sent == alone.sent && watched.courses == alone.courses && watched.accepted == 5)
    }

    @Test func aPartitionIsToldWithItsLagWhereThatIsKnown() throws {
        let stage = try paused()
        let known = stage.detail(ends: [PipelineStage.partition: 12]).partitions
        #expect(known == [PipelineDetail.Partition(key: PipelineStage.partition, state: .open, waiting: 5, lag: 7)])
        #expect(stage.detail().partitions.first?.lag == nil && stage.detail().partitions.count == 1)
        #expect(stage.detail(ends: [PipelineStage.partition: 2]).partitions.first?.lag == 0, "an end of before")
    }

    @Test func aClosedOneIsToldWithItsReason() throws {
        let stage = PipelineStage(ledger: [PipelineStage.LedgerRecord(key: Array("nobody".utf8), value: [7])], committed: 0)
        try? stage.start()
        let partition = try #require(stage.detail(ends: [PipelineStage.partition: 9]).partitions.first)
        #expect(partition.lag == nil && partition.state != .open)
    }

    @Test func messagesAreCountedByTheirAge() throws {
        let stage = PipelineStage()
        stage.answer = .accepted(Acceptance(messageIDs: ["1"], status: .known(.sent), cost: nil))
        stage.status = .sent
        try stage.start()
        try stage.publish(request(1), at: stage.wall)
        try stage.turn(for: 2)
        #expect(stage.detail().ages?.counts == [1, 0, 0, 0, 0, 0, 0])
        try stage.turn(for: 30)
        #expect(stage.detail().ages?.counts == [0, 1, 0, 0, 0, 0, 0])
    }
}
