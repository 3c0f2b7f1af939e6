import Requests
import SMSPipeline
import Time

/// One seed with its trace; where it fails, as small as it gets.
struct OneSeed {
    private let seed: UInt64
    private let arguments: Arguments
    /// Lines of a failing trace that are printed.
    private static let tail = 4000

    init(_ seed: UInt64, _ arguments: Arguments) {
        self.seed = seed
        self.arguments = arguments
    }

    /// - Returns: whether nothing was found.
    func run() -> Bool {
        let options = Options(seed: seed, arguments.overrides)
        print("seed \(seed): \(options.summary)")
        let (outcome, lines) = course(arguments.overrides)
        guard !outcome.findings.isEmpty else {
            if !arguments.isQuiet { for line in lines { print(line) } }
            print(
                "\(outcome.events) events, \(outcome.elapsed.components.seconds) s: nothing found; hash \(String(outcome.hash, radix: 16))")
            return true
        }
        for finding in outcome.findings { print("FOUND \(finding.kind.rawValue) (at \(finding.at.components.seconds) s): \(finding.text)") }
        let smaller = Shrinker(
            seed: seed, label: outcome.findings[arguments.which < outcome.findings.count ? arguments.which : 0].label,
            from: arguments.overrides
        ).smallest()
        print("smallest:\(smaller.arguments.isEmpty ? " as it is" : " --seed \(seed)\(smaller.arguments)")")
        let (small, smallLines) = course(smaller)
        print("seed \(seed): \(Options(seed: seed, smaller).summary)")
        let shown = arguments.isQuiet ? [] : smallLines.suffix(Self.tail)
        if shown.count < smallLines.count, !arguments.isQuiet { print("… \(smallLines.count - shown.count) lines before") }
        for line in shown { print(line) }
        for finding in small.findings { print("FOUND \(finding.kind.rawValue) (at \(finding.at.components.seconds) s): \(finding.text)") }
        return false
    }

    private func course(_ overrides: Overrides) -> (Outcome, [String]) {
        let schedule = Schedule(Options(seed: seed, overrides), isTraced: true)
        let outcome = schedule.run()
        return (outcome, schedule.trace.lines)
    }
}
