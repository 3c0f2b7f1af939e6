import JSON
import Metrics
import Testing
import Time

@testable import Requests
@testable import SMSPipeline
@testable import SMSWorker

@Suite struct StatusSnapshotTests {
    private static let now = Now(monotonic: MonotonicInstant(nanoseconds: 7_200_000_000_000), wall: 1_795_000_000_000)

    private func snapshot(_ detail: WorkerDetail?, silence: Duration = .zero, metrics: WorkerMetrics = WorkerMetrics()) -> StatusSnapshot {
        let figures = StatusFigures(metrics.registry)
        return StatusSnapshot(
            identity: StatusSnapshot.Identity(version: "1", group: "g", name: "pod-0"), detail: detail, silence: silence,
            totals: figures.totals, times: figures.times, startedAt: Self.now.monotonic - .seconds(60), now: Self.now)
    }

    private func detail(_ change: (inout PipelineDetail) -> Void = { _ in }) -> WorkerDetail {
        var detail = PipelineDetail()
        change(&detail)
        return WorkerDetail(pipeline: detail, failures: [])
    }

    @Test func beforeThePipelineIsThereItIsStarting() throws {
        let early = snapshot(nil)
        #expect(early.state == .starting)
        let json = String(decoding: early.json, as: UTF8.self)
        #expect(json.contains(#""state":{"tone":"passing","sentence":"starting""#) && !json.contains(#""lanes""#))
        #expect(json.contains(#""partitions":{"assigned":0,"open":0,"lag":0,"isLagKnown":true,"listed":[]}"#))
    }

    @Test func aPipelineThatDoesNotAnswerIsToldWhateverItSaidLast() {
        #expect(snapshot(detail(), silence: .seconds(4)).state.sentence == "ready")
        let silent = snapshot(detail(), silence: .seconds(9))
        #expect(silent.state.sentence == "the pipeline has not answered for 9 s" && silent.state.tone == .act)
    }

    @Test func everyFigureIsWhereThePageLooksForIt() throws {
        let metrics = WorkerMetrics()
        metrics.reading.consumed.increment(by: 7)
        metrics.sending.attempts.increment(by: 5)
        let cost = Echo.Cost(credits: Array("3".utf8), money: Array("0.6".utf8))
        metrics.sending.count(.accepted(Acceptance(messageIDs: ["1"], status: .known(.sent), cost: cost)))
        var ages = TrackedAges()
        ages.count(.seconds(5))
        ages.count(.seconds(100_000))
        ages.count(.seconds(-1))
        let shown = detail {
            $0.health.account = .credit
            ($0.health.credits, $0.health.creditHours) = (12, 2.5)
            ($0.health.waiting.account, $0.health.waiting.key, $0.health.held) = (4, 2, 1)
            ($0.health.sends.width, $0.health.sends.failures, $0.health.tracking) = (3, 0.25, 3)
            ($0.posts.running, $0.posts.most) = (2, 64)
            ($0.priority.waiting, $0.bulk.stocked) = (6, 9)
            $0.health.oldestDue.priority = .milliseconds(1_500)
            $0.ages = ages
            $0.partitions = [
                PipelineDetail.Partition(key: PartitionKey(topic: "r", partition: 0), state: .open, waiting: 6, lag: 40),
                PipelineDetail.Partition(key: PartitionKey(topic: "r", partition: 1), state: .closed, reason: "its ledger \"x\""),
            ]
        }
        let json = String(decoding: snapshot(shown, metrics: metrics).json, as: UTF8.self)
        for part in [
            #""at":1795000000000,"uptime":60,"worker":{"version":"1","group":"g","name":"pod-0"}"#, #""read":7,"#, #""attempts":5,"#,
            #""account":{"state":"no credit","credits":12,"spent":3,"hours":2.5}"#,
            #""waiting":{"due":0,"account":4,"key":2,"backoff":0,"schedule":0,"held":1}"#,
            #"{"name":"send","running":2,"width":3,"slots":64,"failures":0.25}"#,
            #"{"name":"priority","waiting":6,"next":0,"running":0,"oldestDue":1.5}"#, #""next":9"#,
            #""tracked":{"total":3,"ages":[{"below":10.0,"count":1},"#, #"{"below":null,"count":1}],"scheduled":1}"#,
            #""lag":40,"isLagKnown":true"#, #""state":"closed","reason":"its ledger \"x\"","waiting":0,"lag":null}"#,
            #""outcomes":{"accepted":1,"refused":0,"account":0,"not_sent":0,"unknown":0}"#,
        ] { #expect(json.contains(part), "\(part) in \(json)") }
    }

    @Test func whatIsNotKnownIsNull() {
        let json = String(decoding: snapshot(detail()).json, as: UTF8.self)
        #expect(json.contains(#""credits":null,"spent":0,"hours":null"#) && json.contains(#""ages":null"#))
        #expect(json.contains(#""firstEvent":{"count":0,"median":null,"late":null}"#))
        let idle = snapshot(detail { $0.health.creditHours = .infinity })
        #expect(String(decoding: idle.json, as: UTF8.self).contains(#""hours":"none spent""#))
    }

    // MARK: Bounds

    private func many(_ count: Int, _ reason: String? = nil) -> [PipelineDetail.Partition] {
        (0..<count).map {
            PipelineDetail.Partition(key: PartitionKey(topic: "r", partition: Int32($0)), state: .open, reason: reason, lag: Int64($0))
        }
    }

    @Test func ofManyPartitionsTheWorstAreListedInTheirOrder() {
        var all = many(5_000)
        all[3].state = .closed
        all[4].state = .restoring
        all[5].reason = "cannot be read"
        let shown = snapshot(detail { $0.partitions = all })
        #expect(shown.partitions.count == StatusSnapshot.mostPartitions)
        #expect(shown.partitions.map(\.key.partition) == [3, 4, 5] + (4_903..<5_000))
        let json = String(decoding: shown.json, as: UTF8.self)
        #expect(json.contains(#""assigned":5000,"open":4998"#))
    }

    @Test func aSnapshotStaysSmallWhateverABrokerSays() {
        let word = String(repeating: "й", count: 100_000)
        var shown = detail {
            $0.partitions = many(5_000, word)
            $0.health.hindrance = .closed(partition: "r-0", reason: word)
        }
        shown.failures = (0..<RecentFailures.most).map {
            RecentFailures.Failure(code: "C\($0)", kind: "refused", count: $0, lastAt: Self.now.monotonic)
        }
        let json = snapshot(shown).json
        #expect(json.count < 200_000)
        #expect(throws: Never.self) { try JSONValue(parsing: json) }
    }
}
