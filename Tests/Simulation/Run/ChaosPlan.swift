import EventLoop
import Requests
import SMSPipeline
import SMSWorker
import Time

/// What is to go wrong when, drawn before the schedule begins: each class from a stream of its own.
struct ChaosPlan {
    enum Action {
        case kill(Int, downtime: Duration)
        case freeze(Int, Duration)
        case stutter(Int, Duration, awake: Duration, Duration)
        case freezeInCommit(Int, Duration, request: Int)
        case drain(Int)
        case twin(Int, Duration)
        case rename(Int, downtime: Duration)
        case brokerAway(Duration)
        case coordinator(Duration)
        case slowCluster(Duration)
        case refusal(String, Duration)
        case retention
        case compaction
        case offsetsLost
        case offsetsSetBack
        case recreation
        case outage(Duration)
        case wrongAuth(Duration)
        case noCredit(Duration)
        case slowProvider(Duration)
        case receiptsRefused(Duration)
        case receiptsAnew
        case receiptsGone
        case bindLimit(Duration)
    }

    private(set) var items: [(at: Duration, action: Action)] = []

    init(_ options: Options) {
        func add(_ fault: FaultClass, _ name: StaticString, most: Int, _ draw: (inout Stream) -> Action) {
            guard options.has(fault) else { return }
            var stream = Stream(options.seed, name)
            for _ in 0..<stream.int(1...(options.isShort ? max(1, most / 2) : most)) {
                let at = Duration.milliseconds(stream.int(0...Int(options.chaos.milliseconds)))
                items.append((at, draw(&stream)))
            }
        }
        let session = Int(options.session.milliseconds)
        add(.kill, "kill", most: 4) { .kill($0.int(0...2), downtime: $0.milliseconds(50...session * 2)) }
        add(.freeze, "freeze", most: 3) { .freeze($0.int(0...2), $0.milliseconds(200...session * 3)) }
        if options.stutters {
            // Awake again just before it is put out of the group.
            add(.freeze, "stutter", most: 1) {
                .stutter(
                    $0.int(0...1), .milliseconds(session - $0.int(50...250)), awake: $0.milliseconds(20...150),
                    $0.milliseconds(500...Int(options.heartbeat.milliseconds)))
            }
        }
        if options.isEvicted {
            add(.freeze, "evicted", most: 6) { .freeze(0, .milliseconds(session + $0.int(100...3_000))) }
        }
        if options.freezesInCommit {
            // Until another has its partitions, and its transaction is still open.
            add(.freeze, "freezeInCommit", most: 2) {
                .freezeInCommit($0.int(0...1), $0.milliseconds(session...session + 3_000), request: $0.int(1...10))
            }
        }
        add(.drain, "drain", most: 3) { .drain($0.int(0...2)) }
        add(.twin, "twin", most: 1) { .twin($0.int(0...2), $0.milliseconds(1_000...session * 3)) }
        add(.rename, "rename", most: 2) { .rename($0.int(0...2), downtime: $0.milliseconds(50...session)) }
        add(.brokerAway, "brokerAway", most: 2) { .brokerAway($0.milliseconds(100...20_000)) }
        add(.coordinator, "coordinator", most: 2) { .coordinator($0.milliseconds(100...20_000)) }
        add(.slowCluster, "slowCluster", most: 2) { .slowCluster($0.milliseconds(500...15_000)) }
        let topics = options.requestTopics.map { $0 + Options.ledgerSuffix } + [Options.statusTopic, Options.deadLetterTopic]
        add(.refusal, "refusal", most: 2) { .refusal($0.pick(topics), $0.milliseconds(100...20_000)) }
        add(.retention, "retention", most: 2) { _ in .retention }
        add(.compaction, "compaction", most: 4) { _ in .compaction }
        add(.offsetsLost, "offsetsLost", most: 1) { $0.has(0.6) ? .offsetsLost : .offsetsSetBack }
        add(.recreation, "recreation", most: 1) { _ in .recreation }
        add(.outage, "outage", most: 2) { .outage($0.milliseconds(200...20_000)) }
        add(.wrongAuth, "wrongAuth", most: 2) { .wrongAuth($0.milliseconds(200...20_000)) }
        add(.noCredit, "noCredit", most: 2) { .noCredit($0.milliseconds(200...20_000)) }
        add(.slowProvider, "slowProvider", most: 2) { .slowProvider($0.milliseconds(500...15_000)) }
        add(.receiptsRefused, "receiptsRefused", most: 3) { .receiptsRefused($0.milliseconds(100...20_000)) }
        add(.receiptsAnew, "receiptsAnew", most: 2) { _ in .receiptsAnew }
        add(.receiptsGone, "receiptsGone", most: 2) { _ in .receiptsGone }
        add(.bindLimit, "bindLimit", most: 2) { .bindLimit($0.milliseconds(200...15_000)) }
    }
}
