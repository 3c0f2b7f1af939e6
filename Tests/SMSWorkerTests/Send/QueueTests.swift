import TestSupport
import Testing

@testable import SMSWorker

@Suite struct QueueTests {
    @Test func itAgreesWithAnArray() {
        let failure = RandomSchedules.firstFailure(of: 200) { random in
            var queue = Queue<Int>()
            var model: [Int] = []
            for step in 0..<4_000 {
                switch Int.random(in: 0..<100, using: &random) {
                // Long runs of each kind, so that the consumed prefix is cut off while elements stand behind it.
                case ..<60 where step % 2_000 < 1_500, ..<10:
                    queue.append(step)
                    model.append(step)
                case 99:
                    let divisor = Int.random(in: 2...5, using: &random)
                    queue.removeAll { $0 % divisor == 0 }
                    model.removeAll { $0 % divisor == 0 }
                default:
                    if queue.popFirst() != (model.isEmpty ? nil : model.removeFirst()) { return "another first at step \(step)" }
                }
                guard queue.first == model.first, queue.count == model.count, queue.isEmpty == model.isEmpty else {
                    return "differs at step \(step)"
                }
            }
            return nil
        }
        #expect(failure == nil)
    }
}
