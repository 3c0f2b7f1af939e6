import EventLoop
import Requests
import SMSPipeline
import SMSWorker
import Time

/// What Kafka and its client library are known to do, as small scripts: `Simulation --self-check` runs them on the simulated cluster. They
/// know sessions and a bench only, so that the same can be asked of a real one.
enum ClusterScripts {
    struct Script {
        let name: String
        var options: (inout ClusterOptions) -> Void = { _ in }
        let body: (any ScriptBench, Expectations) -> Void
    }

    /// What a script found wrong.
    final class Expectations {
        private(set) var failures: [String] = []

        func check(_ isSo: Bool, _ sentence: String) { if !isSo { failures.append(sentence) } }
        func equal<Value: Equatable>(_ found: Value, _ wanted: Value, _ what: String) {
            if found != wanted { failures.append("\(what): \(found) and not \(wanted)") }
        }
    }

    static var all: [Script] { transactions + membership + reading }

    /// - Returns: one sentence a script that failed, with what its first failing seed found.
    static func run(seeds: Range<UInt64> = 0..<40) -> [String] {
        var failures: [String] = []
        for script in all {
            var failed: [UInt64] = []
            var first: [String] = []
            for seed in seeds {
                let expectations = Expectations()
                script.body(SimulatedBench(seed: seed, script.options), expectations)
                guard !expectations.failures.isEmpty else { continue }
                if failed.isEmpty { first = expectations.failures }
                failed.append(seed)
            }
            if !failed.isEmpty { failures.append("\(script.name): \(first.joined(separator: "; ")) (seeds \(failed))") }
        }
        return failures + CoordinatorScripts.run()
    }
}

extension ScriptBench {
    /// The result of a transaction, in a word.
    func result(_ member: ScriptMember, _ number: UInt64, within limit: Duration = .seconds(60)) -> String {
        _ = wait(upTo: limit) { member.results[number] != nil }
        return member.results[number]?.word ?? "no answer"
    }

    func commit(_ member: ScriptMember, _ partition: Int32, offset: Int64, _ status: String) -> String {
        result(member, member.commit(partition, offset: offset, status: status))
    }

    func pass(_ duration: Duration) { _ = wait(upTo: duration) { false } }

    /// A member that owns so many partitions.
    func joined(_ stem: String, instanceID: String? = nil, owning count: Int = 2, _ expect: ClusterScripts.Expectations) -> ScriptMember {
        let member = begin(stem: stem, instanceID: instanceID)
        expect.check(wait(upTo: .seconds(60)) { member.owned.count == count }, "\(stem) gets \(count) partitions")
        return member
    }

    /// What a restore says of its partition's committed offset and the ledger's record of it.
    func restore(_ member: ScriptMember, _ partition: Int32, within limit: Duration = .seconds(60)) -> String {
        member.restore(partition)
        _ = wait(upTo: limit) { member.restored[partition] != nil }
        switch member.restored[partition] {
        case .success(let restore):
            return
                "committed \(restore.committed ?? -1), recorded \(restore.ledger.recorded?.offset ?? -1), \(restore.low)..<\(restore.high)"
        case .failure(.cancelled): return "cancelled"
        case .failure(let error): return "\(error)"
        case nil: return "no answer"
        }
    }
}
