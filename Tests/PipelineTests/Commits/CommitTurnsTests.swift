import TestSupport
import Testing

@testable import SMSPipeline

struct CommitTurnsTests {
    private final class Fate: TransactionFate {
        let isCommitted: Bool?
        init() { isCommitted = nil }
        init(isCommitted: Bool) { self.isCommitted = isCommitted }
    }

    @Test func producersTakeTurns() {
        var turns = CommitTurns<Fate>()
        #expect((1...5).map { turns.next($0, behind: nil).producer } == [0, 1, 0, 1, 0])
    }

    /// However often one is withdrawn behind a first that takes long: it is never given the first's own producer, and never loses its fate.
    @Test func besideOneThatIsUnderWayItIsAlwaysTheOther() {
        let failure = RandomSchedules.firstFailure(of: 2_000) { random -> String? in
            var turns = CommitTurns<Fate>()
            var (number, underWay): (UInt64, [(number: UInt64, place: CommitPlace<Fate>)]) = (0, [])
            for _ in 0..<60 {
                if underWay.count < 2, random.oneIn(2) {
                    number += 1
                    let place = turns.next(number, behind: underWay.last?.number)
                    if let first = underWay.last?.place, place.producer == first.producer { return "both by one producer" }
                    if place.behind !== underWay.last?.place.fate { return "behind another" }
                    underWay.append((number, place))
                } else if !underWay.isEmpty {
                    underWay.remove(at: random.below(underWay.count))
                }
            }
            return nil
        }
        #expect(failure == nil)
    }

    @Test func whatIsNotKnownWasNotCommitted() {
        var turns = CommitTurns<Fate>()
        #expect(turns.next(9, behind: 8).behind?.isCommitted == false)
    }
}
