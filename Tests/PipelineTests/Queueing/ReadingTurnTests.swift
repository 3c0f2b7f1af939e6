import PipelineSupport
import Testing

@testable import SMSPipeline

@Suite struct ReadingTurnTests {
    @Test func aTurnEndsAfterSoManyRecordsOrSoManyBytes() {
        var small = ReadingTurn()
        var count = 0
        while !small.isOver {
            small.take()
            small.take(bytes: 100)
            count += 1
        }
        #expect(count == 512)
        var large = ReadingTurn()
        large.take()
        large.take(bytes: 1 << 19)
        #expect(!large.isOver)
        large.take()
        large.take(bytes: 1 << 30)
        #expect(large.isOver)
    }

    /// 40 records of a megabyte, which are all judged: what else the loop has to do comes between them.
    @Test func largeRecordsAreReadOneOrTwoATurn() throws {
        let stage = PipelineStage()
        try stage.start()
        let filler = String(repeating: "x", count: 900_000)
        let records = (0..<40).map { #"{"id":"\#($0)","phone":"37529\#(1_000_000 + $0)","text":"a","x":"\#(filler)"}"# }
        let before = stage.turns
        try stage.publish(records, key: nil, at: stage.wall)
        try stage.turn(for: 5)
        #expect(stage.mostRead == 2, "\(stage.mostRead) in a turn of \(stage.turns - before)")
        #expect(stage.sent.count == 40)
    }
}
