import EventLoop
import TestSupport
import Testing
import Time

@testable import Requests
@testable import SMSPipeline
@testable import SMSWorker

@Suite struct WaitTimersTests {
    private func assignment(_ number: UInt64) -> Assignment {
        Assignment(
            id: AssignmentID(value: number), topic: RequestTopic(name: "r", ledgerName: "r.ledger", isPriority: false), partition: 0,
            at: MonotonicInstant(nanoseconds: 0))
    }

    /// A model that sorts: every timer comes once, in order of time, never early; those of an ended assignment never.
    @Test func everyTimerComesOnceAndInTime() {
        let failure = RandomSchedules.firstFailure(of: 10_000) { random in
            let (living, ending) = (assignment(1), assignment(2))
            var timers = WaitTimers()
            var model: [(at: Int64, number: UInt32)] = []
            var now: Int64 = 0
            for number in 0..<UInt32(20) {
                let isEnding = ending.isAlive && Bool.random(using: &random)
                let request = Request(
                    entry: .sample(), assignment: isEnding ? ending : living, hash: RequestHash(id: [1]), orderHash: nil)
                let at = now + Int64.random(in: 0...50, using: &random)
                timers.insert(WaitTimer(request: request, generation: number, kind: .due), at: MonotonicInstant(nanoseconds: at))
                model.append((at, number))
                if number == 10 {
                    ending.end()
                    timers.removeEnded()
                    var kept = WaitTimers()
                    var numbers: Set<UInt32> = []
                    // What is left is looked at once, and put back.
                    while let timer = timers.popDue(MonotonicInstant(nanoseconds: .max)) {
                        guard timer.request.assignment === living else { return "a timer of an ended assignment" }
                        numbers.insert(timer.generation)
                        guard let at = model.first(where: { $0.number == timer.generation })?.at else { return "an unknown timer" }
                        kept.insert(timer, at: MonotonicInstant(nanoseconds: at))
                    }
                    timers = kept
                    model.removeAll { !numbers.contains($0.number) }
                }
                now += Int64.random(in: 0...20, using: &random)
                let due = model.filter { $0.at <= now }.map(\.at).sorted()
                model.removeAll { $0.at <= now }
                var fired: [UInt32] = []
                while let timer = timers.popDue(MonotonicInstant(nanoseconds: now)) { fired.append(timer.generation) }
                guard fired.count == due.count, timers.count == model.count else { return "\(fired.count) instead of \(due.count)" }
                guard timers.nextDeadline?.nanoseconds == model.map(\.at).min() else { return "another deadline" }
            }
            return nil
        }
        #expect(failure == nil)
    }
}
