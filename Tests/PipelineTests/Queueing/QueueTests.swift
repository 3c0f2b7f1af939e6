import TestSupport
import Testing

@testable import Requests
@testable import SMSPipeline

@Suite struct QueueTests {
    /// Many short schedules, and a few long ones, in which the consumed prefix is cut off.
    @Test(arguments: [(10_000, 60), (40, 4_000)])
    func itAgreesWithAnArray(_ schedules: UInt64, _ steps: Int) {
        let failure = RandomSchedules.firstFailure(of: schedules) { random in
            var queue = Queue<Int>()
            var model: [Int] = []
            for step in 0..<steps {
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
