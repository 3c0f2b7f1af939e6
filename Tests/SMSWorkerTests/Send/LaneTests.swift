import EventLoop
import Testing
import Time

@testable import Requests
@testable import SMSPipeline
@testable import SMSWorker

@Suite struct LaneTests {
    private func assignment(_ number: UInt64, _ phase: Assignment.Phase) -> Assignment {
        let topic = RequestTopic(name: "r", ledgerName: "r.ledger", isPriority: false)
        let made = Assignment(id: AssignmentID(value: number), topic: topic, partition: 0, at: MonotonicInstant(nanoseconds: 0))
        made.phase = phase
        return made
    }

    private func request(_ assignment: Assignment, _ place: Request.Place = .runnable) -> Request {
        let made = Request(entry: .sample(), assignment: assignment, hash: RequestHash(id: [1]), orderHash: nil)
        made.place = place
        return made
    }

    @Test func aPartitionThatIsGivenBackHoldsUpNoOther() {
        var lane = Lane()
        let living = request(assignment(1, .open))
        lane.runnable.append(request(assignment(2, .draining)))
        lane.runnable.append(living)
        #expect(lane.nextRunnable() === living)
    }

    @Test func whatHasExpiredBehindTheHeadIsLetGo() {
        var lane = Lane()
        let owner = assignment(1, .open)
        let head = request(owner)
        lane.runnable.append(head)
        for _ in 0..<5_000 { lane.runnable.append(request(owner, .gone)) }
        lane.compact(living: 1)
        #expect(lane.runnable.count == 1 && lane.nextRunnable() === head)
    }
}
