import EventLoop
import Glibc
import Logging
import Requests
import SMSPipeline
import Time

/// Runs the worker's own code through schedules of faults on a virtual clock: `scripts/simulate --help`.
@main
enum Simulation {
    static let usage = """
        usage: Simulation [--seeds N] [--from S] [--minutes M] [--jobs N] | --seed S [--without CLASS,…] [--requests N] [--workers N] | --steady N | --self-check

          --seeds N      so many schedules, from seed S on (default 10000, from 1)
          --minutes M    as many as fit
          --jobs N       in so many processes
          --seed S       one, with its trace; where it fails, it is made smaller
          --steady N     so many requests and no fault, for who counts what they cost (scripts/simulate --counts)
          --smpp         of these, those alone that go by the second door
          --scripts      the cluster against what Kafka and its client library do
          --first        ends with the first finding
          --self-check   each of 200 seeds twice: the same course
        """

    static func main() {
        hashDeterministically()
        LoggingSystem.bootstrap(level: .error, format: .text, sink: Silence())
        let arguments: Arguments
        do throws(ArgumentError) { arguments = try Arguments(Array(CommandLine.arguments.dropFirst())) } catch {
            print(error.text + "\n" + usage)
            exit(64)
        }
        CrashReport.install()
        switch arguments.mode {
        case .help: print(usage)
        case .one(let seed): exit(OneSeed(seed, arguments).run() ? 0 : 1)
        case .steady(let requests): exit(steady(requests) ? 0 : 1)
        case .selfCheck: exit(SelfCheck().run() ? 0 : 1)
        case .scripts:
            let failures = ClusterScripts.run()
            for failure in failures { print(failure) }
            exit(failures.isEmpty ? 0 : 1)
        case .many: exit(ManySeeds(arguments).run() ? 0 : 1)
        }
    }

    private static func steady(_ requests: Int) -> Bool {
        let outcome = Schedule(.steady(requests: requests)).run()
        for finding in outcome.findings { print("FOUND \(finding.kind.rawValue): \(finding.text)") }
        print("\(outcome.messages) messages, \(outcome.events) events, \(outcome.elapsed.components.seconds) s")
        return outcome.findings.isEmpty && outcome.messages == requests
    }

    /// One seed is one course only where hash tables have one order, and Swift asks the environment before `main`.
    private static func hashDeterministically() {
        guard getenv("SWIFT_DETERMINISTIC_HASHING") == nil else { return }
        setenv("SWIFT_DETERMINISTIC_HASHING", "1", 1)
        var arguments = CommandLine.arguments.map { strdup($0) } + [nil]
        execv("/proc/self/exe", &arguments)
    }

    /// The worker's log goes nowhere.
    private struct Silence: LogSink {
        func write(line: [UInt8]) {}
    }
}
