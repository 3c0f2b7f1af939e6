import EventLoop
import Glibc
import Requests
import SMSPipeline
import Time

/// Seeds one after another, and what they came to.
struct ManySeeds {
    private let arguments: Arguments

    init(_ arguments: Arguments) { self.arguments = arguments }

    /// - Returns: whether nothing was found.
    func run() -> Bool {
        if arguments.jobs > 1 { return Jobs(arguments).run() }
        var report = Report()
        let began = MonotonicInstant.now
        let end = arguments.minutes.map { began + .milliseconds(Int64($0 * 60_000)) }
        let count = arguments.seeds ?? (end == nil ? 10_000 : .max)
        var seed = arguments.from
        // Those that failed once come first, for ever.
        if !arguments.stopsAtFirst, !arguments.isQuiet || arguments.from == 1 { for seed in KnownSeeds.all { run(seed, &report) } }
        var done = 0
        while done < count, end.map({ MonotonicInstant.now < $0 }) ?? true {
            while arguments.isOverSMPP, !Options.isOverSMPP(seed) { seed += arguments.step }
            run(seed, &report)
            if arguments.stopsAtFirst, let first = report.first {
                print("first: seed \(seed): \(first)")
                return false
            }
            seed += arguments.step
            done += 1
        }
        report.print(seconds: Double((MonotonicInstant.now - began).milliseconds) / 1_000, ofProcessor: Double(clock()) / 1e6)
        return !report.hasFindings
    }

    private func run(_ seed: UInt64, _ report: inout Report) {
        CrashReport.seed(seed)
        report.add(Schedule(Options(seed: seed, arguments.overrides)).run())
    }
}
