import Requests
import SMSPipeline
import Time

/// The simulated cluster does what Kafka does; and each seed twice gives the same course, or nothing that is found can be had again.
struct SelfCheck {
    private static let seeds: UInt64 = 200

    func run() -> Bool {
        let failures = ClusterScripts.run()
        for failure in failures.prefix(40) { print(failure) }
        print("scripts of the cluster: \(failures.isEmpty ? "all as they should be" : "\(failures.count) failures")")
        var different: [UInt64] = []
        for seed in 1...Self.seeds {
            let first = Schedule(Options(seed: seed)).run()
            let second = Schedule(Options(seed: seed), isTraced: seed % 8 == 0).run()
            if first.hash != second.hash || first.events != second.events { different.append(seed) }
        }
        print(different.isEmpty ? "\(Self.seeds) seeds, each twice: the same course" : "another course: seeds \(different)")
        return failures.isEmpty && different.isEmpty
    }
}
