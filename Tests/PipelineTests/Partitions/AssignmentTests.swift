import PipelineSupport
import Testing

@testable import Requests
@testable import SMSPipeline

@Suite struct AssignmentTests {
    @Test func readingStopsAtTheShareAndGoesOnWhenAFifthHasGone() {
        let assignment = Assignment.sample()
        var changes: [String] = []
        for waiting in Array(0...1_000) + (0..<1_000).reversed() + Array(0...1_000) {
            assignment.waiting = waiting
            if let change = assignment.lookAtShare(1_000, bytes: .max) { changes.append("\(change) \(waiting)") }
        }
        #expect(changes == ["full 1000", "roomy 800", "full 1000"])
    }

    @Test func bytesCountAsNumbersDo() {
        let assignment = Assignment.sample()
        assignment.waiting = 1
        assignment.waitingBytes = 4_096
        #expect(assignment.lookAtShare(1_000, bytes: 4_096) == .full)
        assignment.waitingBytes = 3_277
        #expect(assignment.lookAtShare(1_000, bytes: 4_096) == nil)
        assignment.waitingBytes = 3_276
        #expect(assignment.lookAtShare(1_000, bytes: 4_096) == .roomy)
    }

    @Test func whatWaitsForItsTimeCountsAsATenth() {
        let assignment = Assignment.sample()
        (assignment.waiting, assignment.scheduled) = (9_990, 9_990)
        #expect(assignment.lookAtShare(1_000, bytes: .max) == nil)
        (assignment.waiting, assignment.scheduled) = (9_991, 9_991)
        #expect(assignment.lookAtShare(1_000, bytes: .max) == .full)
    }

    @Test func itsEndIsSeenByThreadsThatReadForIt() {
        let assignment = Assignment.sample()
        #expect(assignment.isAlive && assignment.liveness.isAlive)
        assignment.end()
        #expect(!assignment.isAlive && !assignment.liveness.isAlive && assignment.isDrained)
    }

    @Test func whatIsActiveIsSeenInLogOrder() {
        let assignment = Assignment.sample()
        for offset in [Int64(5), 900, 2, 44] {
            let entry = LedgerEntry.sample(id: "\(offset)", offset: offset)
            let hash = RequestHash(id: entry.echo.id)
            assignment.live[hash] = .active(
                PendingRequest(entry: entry, assignment: assignment, hash: hash, orderHash: nil, isStrict: false))
        }
        assignment.live[RequestHash(id: [9])] = .tracked(TrackingHandle(slot: 1, generation: 1))
        #expect(assignment.activeInOrder.map(\.entry.offset) == [2, 5, 44, 900])
        assignment.live = [:]
    }
}
