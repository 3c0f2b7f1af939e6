import Testing
import Time

@testable import SMSPipeline
@testable import SMSWorker

@Suite struct PaceWatchTests {
    private let begin = MonotonicInstant(nanoseconds: 3_600_000_000_000)

    /// A report a second; each letter a state: c closed, h half-open, o open. The words by their second.
    private func words(_ states: String) -> [String] {
        var watch = PaceWatch()
        var words: [String] = []
        for (second, letter) in states.enumerated() {
            var report = HealthReport()
            report.breaker = letter == "c" ? .closed : letter == "h" ? .halfOpen : .open
            report.sends.width = 7
            switch watch.see(report, at: begin + .seconds(second)) {
            case .narrowed(let side): words.append("\(second) narrowed \(side.width)")
            case .whole(let duration): words.append("\(second) whole after \(duration.components.seconds)")
            case nil: break
            }
        }
        return words
    }

    private func times(_ letter: Character, _ count: Int) -> String { String(repeating: letter, count: count) }

    @Test func whatLastsIsToldOnceAndItsEndToo() {
        #expect(words(times("c", 5) + times("h", 40) + times("c", 30)) == ["15 narrowed 7", "55 whole after 40"])
    }

    @Test func aMomentIsNotTold() {
        #expect(words(String(repeating: "chhhhccccc", count: 50)) == [])
        // Nor one in which it seems well again.
        #expect(words(times("h", 20) + String(repeating: "ccchhhh", count: 50)) == ["10 narrowed 7"])
    }

    @Test func whatIsNarrowOftenerThanNotIsToldInTheEnd() {
        #expect(words(String(repeating: "chh", count: 50)) == ["27 narrowed 7"])
    }

    @Test func anOutageTellsItself() {
        #expect(words(times("c", 5) + times("o", 300) + times("c", 300)) == [])
        #expect(words(times("c", 5) + times("o", 30) + times("h", 20) + times("c", 20)) == ["45 narrowed 7", "65 whole after 20"])
    }

    @Test func whatNobodyReportedDoesNotCount() {
        var watch = PaceWatch()
        var report = HealthReport()
        report.breaker = .halfOpen
        let first = watch.see(report, at: begin)
        let second = watch.see(report, at: begin + .seconds(3_600))
        #expect(first == nil && second == nil)
    }
}
