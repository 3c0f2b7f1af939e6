import EventLoop
import Metrics
import Requests
import SMSPipeline
import SMSWorker
import Time

/// One worker: the pipeline, the runner's table of effects, the gateway. It may be killed, frozen, drained; another is started in its place.
final class SimulatedProcess {
    let world: World
    let options: Options
    let number: Int
    /// What it calls itself to Kafka; another process may do the same.
    let name: String
    let client: ClusterClient
    private(set) var pipeline: Pipeline?
    private(set) var isKilled = false
    private(set) var frozenUntil: MonotonicInstant?
    private(set) var hasStoodStill = false
    /// When it was told to stop.
    private(set) var drainingSince: MonotonicInstant?
    /// How long it may take over stopping.
    private(set) var stopBound = Duration.zero
    /// What told of it last: the pipeline's own word, or nil where it was killed.
    private(set) var end: PipelineEnd?
    /// Last time that something kept it from sending: a gate, a freeze, a partition given back.
    var disturbedAt: MonotonicInstant
    /// When its last transaction was begun.
    var commitBegan: MonotonicInstant
    /// Since when it reads nothing more although it could send.
    var heldUpSince: MonotonicInstant?
    var turns = 0
    /// Messages that it has handed to its gateway.
    var submissions = 0
    /// Rights to a retry that its submissions have earned at least, whoever had them.
    var retryRights = 0.0
    /// When the one of them that each second gives was counted last.
    var secondsRightAt: MonotonicInstant?
    private var sessions: [SimulatedSession] = []
    private var opener: SimulatedOpener?
    private var gateway: (any ProviderGateway)?
    private(set) var receipts: SimulatedReceiptLog?
    private let judge: Judge
    private var armedAt: MonotonicInstant?
    private var armed: World.Item?
    private var isTurnScheduled = false
    private var wasGivingBack = false
    private let trace: Trace
    /// Called once, when the pipeline has ended by itself.
    var onEnd: (SimulatedProcess) -> Void = { _ in }

    /// Nobody reads notes here.
    private final class Deaf: PipelineObserver, Sendable {
        func observe(_ note: Note, at now: MonotonicInstant) {}
    }

    private static let deaf = Deaf()

    init(
        number: Int, name: String, cluster: Cluster, provider: ProviderSide, door: DoorSide?, judge: Judge, options: Options, trace: Trace
    ) {
        world = cluster.world
        self.options = options
        self.number = number
        self.name = name
        self.judge = judge
        self.trace = trace
        disturbedAt = cluster.world.monotonic
        commitBegan = disturbedAt
        client = ClusterClient(cluster: cluster, instanceID: options.isStatic ? name : nil, stem: name)
        let parts = door.map { PartsGateway(self, centre: $0.centre, topic: $0.topic, judge: judge) }
        let gateway: any ProviderGateway = parts ?? SimulatedGateway(self, provider: provider, judge: judge)
        self.gateway = gateway
        receipts = door.map { SimulatedReceiptLog($0.topic, client, $0.options) }
        let opener = SimulatedOpener(client) { [unowned self] in opened($0) }
        self.opener = opener
        let pipeline = Pipeline(
            settings: options.settings(name: name), observer: Self.deaf, gateway: gateway, receipts: receipts,
            opener: opener, seed: world.random.next(), at: world.clock)
        self.pipeline = pipeline
        gateway.mayBegin = { [unowned self] tag in self.pipeline?.mayBegin(tag: tag, at: world.clock) ?? false }
        gateway.receive = { [unowned self] event in
            if parts != nil { trace.note(self.number, "provider", "\(event)") }
            self.pipeline?.provider(event, at: world.clock)
            turn()
        }
        receipts?.receive = { [unowned self] event in
            trace.note(self.number, "receipts", "\(event)")
            self.pipeline?.receipts(event, at: world.clock)
            turn()
        }
        receipts?.start()
        opener.open()
        parts?.start()
    }

    var isRunning: Bool { pipeline != nil }
    var isFrozen: Bool { client.isFrozen }

    // MARK: Kafka's side

    private func opened(_ result: Result<SimulatedSession, BrokerError>) {
        guard let pipeline else { return }
        switch result {
        case .success(let session):
            trace.note(number, "opened", "")
            sessions.append(session)
            // The fleet keeps its processes, and a process its sessions, as long as anything happens.
            session.answer = { [unowned self, unowned session] answer in
                guard let pipeline = self.pipeline else { return }
                trace.answer(number, answer)
                pipeline.answered(answer, by: session, at: world.clock)
                turn()
            }
            session.wake = { [unowned self] in turnSoon() }
            pipeline.opened(.success(session), at: world.clock)
        case .failure(let error):
            trace.note(number, "not opened", error.name)
            pipeline.opened(.failure(error), at: world.clock)
        }
        turn()
    }

    // MARK: Turns

    /// What the loop does at the end of each.
    private func turn() {
        guard let pipeline else { return }
        pipeline.turn(at: world.clock)
        let look = pipeline.look
        judge.turned(self, pipeline, look)
        if let end = pipeline.end { return ended(end) }
        arm(pipeline.nextTurnAt)
        meetFate(isGivingBack: look.isGivingBack)
    }

    /// What a schedule does to processes hits them in the midst of a rebalance oftener than time alone would have it.
    private func meetFate(isGivingBack: Bool) {
        defer { wasGivingBack = isGivingBack }
        guard isGivingBack, !wasGivingBack, judge.isInChaos else { return }
        if options.has(.freeze), options.freezeInRevoke > 0, world.chance(options.freezeInRevoke) {
            let session = options.session.nanoseconds / 1_000
            let delay = world.duration(0...200_000)
            let duration = world.duration(session / 2...session * 2)
            world.schedule(after: delay) { [self] in freeze(for: duration) }
        } else if options.has(.kill), options.killInRevoke > 0, world.chance(options.killInRevoke) {
            world.schedule(after: world.duration(0...200_000)) { [self] in
                kill()
                onEnd(self)
            }
        }
    }

    /// The session has something: in this instant, but not within whatever calls.
    private func turnSoon() {
        guard !isTurnScheduled, pipeline != nil else { return }
        isTurnScheduled = true
        world.schedule(after: .microseconds(20)) { [self] in
            client.deliver { [self] in
                isTurnScheduled = false
                turn()
            }
        }
    }

    private func arm(_ due: MonotonicInstant) {
        // A turn takes its time.
        let due = max(due, world.monotonic + .microseconds(20))
        if let armedAt, armedAt <= due, armedAt > world.monotonic { return }
        if let armed { world.cancel(armed) }
        armedAt = due
        armed = world.schedule(at: due) { [self] in
            armedAt = nil
            armed = nil
            client.deliver { [self] in turn() }
        }
    }

    private func ended(_ end: PipelineEnd) {
        self.end = end
        trace.note(number, "ended", "\(end)")
        stop()
        onEnd(self)
    }

    /// All memory is gone, and the connections.
    private func stop() {
        pipeline?.release()
        pipeline = nil
        client.kill()
        if let armed { world.cancel(armed) }
        armed = nil
        opener = nil
        gateway?.close()
        gateway = nil
        receipts?.close()
        receipts = nil
    }

    /// All receipts that there are have been told.
    var areReceiptsRead: Bool { receipts?.isAtEnd ?? true }

    // MARK: What happens to it

    func kill() {
        guard pipeline != nil else { return }
        trace.note(number, "killed", name)
        isKilled = true
        judge.killed(self)
        stop()
    }

    /// Its clock goes on; it does not.
    func freeze(for duration: Duration) {
        guard pipeline != nil else { return }
        let until = world.monotonic + duration
        frozenUntil = max(frozenUntil ?? until, until)
        guard !client.isFrozen else { return }
        hasStoodStill = true
        trace.note(number, "frozen", "\(duration.milliseconds) ms")
        client.isFrozen = true
        thawLater()
    }

    /// In the middle of a transaction.
    func freeze(for duration: Duration, behindRequest number: Int) {
        client.onProducerRequest = (number, { [weak self] in self?.freeze(for: duration) })
    }

    /// As a container that is short of processor time: it stands still, some of its threads run for a moment, and it stands still again. From
    /// a heartbeat on: what the group has heard is as old as can be when it runs.
    func stutter(_ first: Duration, awake: Duration, _ second: Duration) {
        client.onHeartbeat = { [weak self] in self?.standStillTwice(first, awake: awake, second) }
    }

    private func standStillTwice(_ first: Duration, awake: Duration, _ second: Duration) {
        guard pipeline != nil, !client.isFrozen else { return }
        client.isOutOfBreath = true
        freeze(for: first)
        world.schedule(after: first + awake) { [self] in
            guard client.isOutOfBreath else { return }
            freeze(for: second)
            world.schedule(after: second) { [self] in client.isOutOfBreath = false }
        }
    }

    private func thawLater() {
        guard let until = frozenUntil else { return }
        world.schedule(at: until) { [self] in
            guard pipeline != nil, client.isFrozen else { return }
            guard let until = frozenUntil, until <= world.monotonic else { return thawLater() }
            thaw()
        }
    }

    /// What made it stand still is over, whatever was to come.
    func heal() {
        client.isOutOfBreath = false
        client.onHeartbeat = nil
        client.onProducerRequest = nil
        thaw()
    }

    func thaw() {
        guard client.isFrozen else { return }
        trace.note(number, "thawed", "")
        frozenUntil = nil
        // The time in which it stood is not its own.
        if drainingSince != nil { drainingSince = world.monotonic }
        disturbedAt = world.monotonic
        client.isFrozen = false
    }

    /// SIGTERM.
    func drain() {
        guard pipeline != nil, drainingSince == nil else { return }
        drainingSince = world.monotonic
        stopBound = judge.stopBound
        trace.note(number, "draining", name)
        client.deliver { [self] in
            guard let pipeline else { return }
            pipeline.drain(at: world.clock)
            turn()
        }
    }
}
