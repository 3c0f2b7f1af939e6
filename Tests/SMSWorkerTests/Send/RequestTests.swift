import EventLoop
import TestSupport
import Testing
import Time

@testable import Requests
@testable import SMSPipeline
@testable import SMSWorker

@Suite struct RequestTests {
    /// A revoke drops a whole line at once; released one within the other, 200,000 links would overflow any thread's stack.
    @Test func aLongLineOfOneKeyIsLetGo() {
        let assignment = Assignment(
            id: AssignmentID(value: 1), topic: RequestTopic(name: "r", ledgerName: "r.ledger", isPriority: false), partition: 0,
            at: MonotonicInstant(nanoseconds: 0))
        let entry = LedgerEntry.sample()
        func request() -> Request {
            Request(entry: entry, assignment: assignment, hash: RequestHash(id: [1]), orderHash: RequestHash(id: [2]))
        }
        var head: Request? = request()
        var tail = head
        weak var middle: Request?
        weak var last: Request?
        for number in 1...200_000 {
            let next = request()
            tail?.nextWithKey = next
            tail = next
            if number == 100_000 { middle = next }
        }
        last = tail
        // What another holds stays, with the line behind it.
        var held = middle
        tail = nil
        head = nil
        #expect(held != nil && last != nil)
        held = nil
        #expect(middle == nil && last == nil)
        _ = head
    }
}
