import EventLoop
import Requests
import SMSPipeline
import SMSWorker
import Time

/// One seed, from the first process' start to the last one's end.
final class Schedule {
    private let options: Options
    private let world: World
    private let cluster: Cluster
    private let provider: ProviderSide
    private let door: DoorSide?
    private let judge: Judge
    private let fleet: Fleet
    private let workload: Workload
    let trace: Trace
    private var faults: [String: Int] = [:]

    /// In which everything must have ended after the last fault: the account's longest look and the pace's longest wait are in it.
    private static let patience = Duration.seconds(900)
    private static let mostEvents = 2_000_000

    init(_ options: Options, isTraced: Bool = false) {
        self.options = options
        world = World(seed: options.seed)
        trace = Trace(world: world, isOn: isTraced)
        judge = Judge(world: world, options: options, trace: trace)
        var clusterOptions = ClusterOptions(topics: options.clusterTopics, requestTopics: options.requestTopics)
        options.cluster(&clusterOptions)
        cluster = Cluster(world: world, options: clusterOptions)
        provider = ProviderSide(world: world, options: options)
        if let options = options.door { door = DoorSide(cluster: cluster, options: self.options, door: options) } else { door = nil }
        fleet = Fleet(cluster: cluster, provider: provider, door: door, judge: judge, options: options, trace: trace)
        workload = Workload(cluster: cluster, judge: judge, options: options)
        listen()
        plan()
    }

    private func listen() {
        cluster.onDecided = { [unowned judge] in judge.decided($0) }
        cluster.onEvicted = { [unowned self] client in
            count("eviction")
            trace.note(number(of: client), "evicted", client.stem)
        }
        cluster.onAssigned = { [unowned self] client, generation, partitions in
            // What it had may have been lost and come back within one turn.
            for process in fleet.all where process.client === client { process.disturbedAt = world.monotonic }
            trace.note(
                number(of: client), "assigned",
                "generation \(generation): " + partitions.map { "\($0.topic)-\($0.partition)" }.joined(separator: " "))
        }
        cluster.onLateInitialisation = { [unowned judge] in judge.fencedByThePast($0) }
        cluster.onFault = { [unowned self] in count("\($0)") }
        provider.onFault = { [unowned self] in count("\($0)") }
        provider.onAccepted = { [unowned judge] text, _ in
            judge.accepted(Int(String(decoding: text.dropFirst(), as: UTF8.self)) ?? -1)
        }
        if let door { listen(door) }
    }

    private func listen(_ door: DoorSide) {
        door.centre.onFault = { [unowned self] in count("\($0)") }
        door.centre.onTaken = { [unowned judge] in judge.taken($0) }
        door.topic.onAppend = { [unowned judge] in judge.wasTold($0, $1) }
        let topic = door.topic
        judge.fate = { [unowned topic] in $0.fate(in: topic) }
        // In a log that is younger than the request it is not known what came before its first intent.
        door.centre.mayGiveAgain = { [unowned judge, unowned topic] in
            topic.beganAt >= 0 && judge.cases.indices.contains($0) && judge.cases[$0].timestamp > topic.beganAt
        }
        door.centre.onAnsweredEarly = { [unowned judge] in judge.find(.answeredEarly, "of r\($0.copy.number), part \($0.copy.part)") }
    }

    private func number(of client: ClusterClient) -> Int { fleet.all.first { $0.client === client }?.number ?? -1 }

    private func count(_ fault: String) { faults[fault, default: 0] += 1 }

    // MARK: What goes wrong

    private func plan() {
        for item in ChaosPlan(options).items {
            world.schedule(after: item.at) { [unowned self] in perform(item.action) }
        }
    }

    private func perform(_ action: ChaosPlan.Action) {
        trace.note(-1, "chaos", "\(action)")
        switch action {
        case .kill(let place, let downtime):
            count("kill")
            fleet.kill(place, downtime: downtime)
        case .freeze(let place, let duration):
            count("freeze")
            fleet.freeze(place, for: duration)
        case .stutter(let place, let first, let awake, let second):
            count("stutter")
            fleet.stutter(place, first, awake: awake, second)
        case .freezeInCommit(let place, let duration, let number):
            count("freezeInCommit")
            fleet.freeze(place, for: duration, behindRequest: number)
        case .drain(let place):
            count("drain")
            fleet.drain(place)
        case .twin(let place, let duration):
            count("twin")
            judge.hasTwins = true
            fleet.twin(place, for: duration)
        case .rename(let place, let downtime):
            count("rename")
            fleet.rename(place, downtime: downtime)
        case .brokerAway(let duration): cluster.brokerAway(for: duration)
        case .coordinator(let duration): cluster.moveCoordinator(for: duration)
        case .slowCluster(let duration): cluster.slow(for: duration)
        case .refusal(let topic, let duration): cluster.refuse(topic: topic, for: duration)
        case .retention: cluster.retain(topic: Options.statusTopic, keeping: 2)
        case .compaction: for topic in options.requestTopics { cluster.compact(topic: topic + Options.ledgerSuffix) }
        case .offsetsLost:
            judge.offsetsWereLost = true
            cluster.loseOffsets(group: Options.group)
        case .offsetsSetBack:
            judge.offsetsWereLost = true
            setOffsetsBack()
        case .recreation: recreate()
        case .outage, .wrongAuth, .noCredit, .slowProvider: if door == nil { disturbProvider(action) } else { disturbDoor(action) }
        case .receiptsRefused, .receiptsAnew, .receiptsGone, .bindLimit: disturbDoor(action)
        }
    }

    private func disturbProvider(_ action: ChaosPlan.Action) {
        switch action {
        case .outage(let duration): provider.outage(for: duration)
        case .wrongAuth(let duration): provider.refuseAccount(for: duration)
        case .noCredit(let duration): provider.runOutOfCredit(for: duration)
        case .slowProvider(let duration): provider.slow(for: duration)
        default: break
        }
    }

    private func disturbDoor(_ action: ChaosPlan.Action) {
        guard let door else { return }
        switch action {
        case .outage(let duration): door.centre.outage(for: duration)
        case .wrongAuth(let duration): door.centre.refuseAccount(for: duration)
        case .slowProvider(let duration): door.centre.slow(for: duration)
        case .bindLimit(let duration): door.centre.limitBinds(for: duration)
        case .receiptsRefused(let duration):
            count("receiptsRefused")
            door.topic.refuse(for: duration)
        case .receiptsAnew:
            count("receiptsAnew")
            judge.receiptsWereLost = true
            door.topic.makeAnew()
        case .receiptsGone:
            count("receiptsGone")
            judge.receiptsWereLost = true
            door.topic.retain(keeping: 2)
        default: break
        }
    }

    /// By somebody who takes the group for an ordinary one.
    private func setOffsetsBack() {
        count("offsetsSetBack")
        for course in judge.partitions {
            guard let low = cluster.log(course.key)?.low, course.committed > low else { continue }
            cluster.setOffset(
                topic: course.key.topic, partition: course.key.partition, to: Int64.random(in: low..<course.committed, using: &world.random)
            )
        }
    }

    /// As an operator does it: while no worker runs. What was not read is gone with the topic.
    private func recreate() {
        fleet.pause()
        world.schedule(after: .milliseconds(500)) { [unowned self] in
            guard fleet.running.isEmpty else { return recreate() }
            judge.topicsWereRecreated = true
            judge.recreated(Options.requestTopic)
            cluster.recreate(topic: Options.requestTopic)
            fleet.resume()
        }
    }

    /// What an operator does about closed partitions, and about those that the group has lost sight of.
    private func repair() {
        // That is Kafka's, and nobody in the group can see it.
        if !cluster.group.ownerless.isEmpty {
            count("ownerless")
            trace.note(-1, "ownerless", "\(cluster.group.ownerless)")
            cluster.group.rebalanceNow()
        }
        guard judge.offsetsWereLost || judge.topicsWereRecreated else { return }
        for course in judge.partitions {
            guard fleet.running.contains(where: { $0.pipeline?.closedReason(of: course.key) != nil }) else { continue }
            guard let restored = judge.fold(cluster, course.key) else { continue }
            let recorded = restored.ledger.recordedOffset
            guard let log = cluster.log(course.key) else { continue }
            if recorded <= log.end, course.former.isEmpty {
                trace.note(-1, "repair", "\(course.key) to \(recorded)")
                cluster.setOffset(topic: course.key.topic, partition: course.key.partition, to: recorded)
            } else {
                trace.note(-1, "repair", "\(course.key) from the earliest")
                judge.isReadAnew(course.key)
                var value: [UInt8] = []
                LedgerCodec.encode(LedgerCodec.Recorded(group: Options.group, offset: log.low), into: &value)
                cluster.produce(
                    topic: course.key.topic + Options.ledgerSuffix, partition: course.key.partition, key: [], value: value,
                    timestamp: world.wall)
                cluster.setOffset(topic: course.key.topic, partition: course.key.partition, to: log.low)
            }
        }
    }

    // MARK: The course

    func run() -> Outcome {
        let began = world.monotonic
        let chaosEnd = began + options.chaos
        while world.monotonic < chaosEnd {
            step(until: min(world.monotonic + .seconds(5), chaosEnd))
            repair()
        }
        judge.isInChaos = false
        cluster.heal()
        provider.heal()
        door?.heal()
        fleet.healAll()
        trace.note(-1, "healed", "")
        waitForRest()
        if options.dedupWindow < .seconds(60), judge.findings.isEmpty {
            // Ids leave their windows.
            step(until: world.monotonic + options.dedupWindow + .seconds(3))
            waitForRest()
        }
        judge.judgeLiveness()
        judge.judgeEnds()
        judge.judgeMemory(cluster)
        if options.door != nil { judge.judgeHeldParts(cluster) }
        if !judge.topicsWereRecreated, !judge.offsetsWereLost, trace.isOn || options.seed % 4 == 0 { judge.audit(cluster) }
        stop()
        return outcome()
    }

    private func waitForRest() {
        let limit = world.monotonic + Self.patience
        while world.monotonic < limit, !isAtRest {
            step(until: world.monotonic + .seconds(1))
            repair()
            if world.eventsRun > Self.mostEvents { return judge.find(.endless, "\(world.eventsRun) events") }
        }
    }

    private var isAtRest: Bool {
        guard workload.isDone, judge.isSettled, fleet.isWhole else { return false }
        // What is decided has also become visible.
        guard door?.isQuiet ?? true, fleet.running.allSatisfy({ $0.areReceiptsRead }) else { return false }
        return cluster.logs.allSatisfy { $0.lastStable == $0.end } && fleet.running.allSatisfy { $0.pipeline?.isAtRest == true }
            && judge.partitions.allSatisfy { course in fleet.all.count { $0.pipeline?.isOpen(course.key) == true } == 1 }
    }

    private func step(until end: MonotonicInstant) {
        while world.step(until: end) {
            if world.eventsRun > Self.mostEvents { break }
        }
        world.advance(to: end)
    }

    private func stop() {
        fleet.drainAll()
        let limit = world.monotonic + judge.stopBound + .seconds(10)
        while world.monotonic < limit, !fleet.running.isEmpty, world.eventsRun <= Self.mostEvents {
            step(until: world.monotonic + .seconds(1))
        }
        for process in fleet.running { judge.find(.slowStop, "p\(process.number) has not ended within \(judge.stopBound.milliseconds) ms") }
    }

    private func outcome() -> Outcome {
        trace.mix(UInt64(world.eventsRun))
        let outcome = Outcome(
            seed: options.seed, findings: judge.findings, events: world.eventsRun, requests: options.requests,
            processes: fleet.all.count, posts: judge.posts, messages: judge.acceptedMessages, elapsed: world.elapsed, faults: faults,
            hash: trace.hash)
        fleet.end()
        cluster.onDecided = nil
        judge.release()
        door?.forget()
        cluster.forget()
        world.clear()
        return outcome
    }
}

/// What one schedule came to.
struct Outcome {
    let seed: UInt64
    let findings: [Finding]
    let events: Int
    let requests: Int
    let processes: Int
    let posts: Int
    let messages: Int
    let elapsed: Duration
    let faults: [String: Int]
    let hash: UInt64
}
