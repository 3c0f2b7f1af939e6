import TestSupport
import Testing

@testable import Requests
@testable import SMSPipeline

struct IntentStockTests {
    @Test func whatRunsAheadFollowsThePostsThatEnded() {
        let failure = RandomSchedules.firstFailure(of: 10_000) { generator in
            let full = 1 + generator.below(200)
            var stock = IntentStock(limit: full)
            var ended = 0
            for _ in 0..<40 {
                switch generator.below(6) {
                case 0, 1, 2, 3:
                    stock.postEnded()
                    ended += 1
                case 4:
                    stock.transactionBegan()
                    ended = 0
                default:
                    let (free, stocked) = (generator.below(64), generator.below(300))
                    let ahead = min(full, 2 * ended)
                    guard stock.room(freeSlots: free, stocked: stocked, policy: .resend) == max(0, free + ahead - stocked) else {
                        return "room for resend is not \(free) + \(ahead) - \(stocked)"
                    }
                    for policy in [UnknownPolicy.fail, .hold] {
                        guard stock.room(freeSlots: free, stocked: stocked, policy: policy) == max(0, free - stocked) else {
                            return "\(policy) runs ahead of a free slot"
                        }
                    }
                    let startable = generator.below(3)
                    guard stock.starves(freeSlots: free, stocked: stocked, startable: startable) == (free > stocked && startable > 0) else {
                        return "starves"
                    }
                }
                guard stock.ahead == min(full, 2 * ended) else { return "ahead \(stock.ahead) after \(ended)" }
            }
            return nil
        }
        #expect(failure == nil)
    }
}
