import EventLoop
import TestSupport
import Testing
import Time

@testable import Simulation

/// The scripts that `scripts/simulate --scripts` runs on the simulated cluster, on a real one: where they differ, the simulator is wrong.
///
/// Left out are those that need a frozen process, a broker that refuses or stays away, or requests that come late.
@Suite(.enabled(if: Broker.isKafka, "what only Kafka itself decides"), .timeLimit(.minutes(5)))
struct ConformanceTests {
    static let names = [
        "a transaction becomes visible whole",
        "a producer is fenced by another of its name",
        "a stale generation is refused, and works again with the new one",
        "of two that overlap the second ends behind the first",
        "what is behind a refused transaction is withdrawn",
        "a member of the generation may commit offsets of what another owns",
        "an open transaction times out, and a restore waits for it",
        "a producer of the same name ends its predecessor's transaction at once",
        "a revoke is held back: the generation stays, and transactions commit",
        "eager members give up everything",
        "cooperative members give up what moves",
        "who leaves is not waited for",
        "no heartbeat goes out behind the leaving",
        "a static member that comes again at once is given what it had",
        "of two living members of one name the first is fenced",
        "records come in order, and then the end",
        "who asked for an offset that there is not reads no more",
        "a restore is given up when nobody wants it",
        "what is produced by nobody in particular is restored as nothing",
    ]

    @Test(arguments: names) func kafkaDoesWhatTheSimulatedClusterDoes(_ name: String) async throws {
        let broker = try await Broker.shared()
        let loop = try EventLoop(name: "conformance")
        let failures: [String] = try await withCheckedThrowingContinuation { continuation in
            loop.execute {
                let expectations = ClusterScripts.Expectations()
                do {
                    let script = try #require(ClusterScripts.all.first { $0.name == name }, "there is such a script")
                    let bench = try KafkaBench(broker, on: loop, script.options)
                    script.body(bench, expectations)
                    bench.end()
                    continuation.resume(returning: expectations.failures)
                } catch { continuation.resume(throwing: error) }
            }
        }
        loop.stop()
        #expect(failures == [])
    }
}
