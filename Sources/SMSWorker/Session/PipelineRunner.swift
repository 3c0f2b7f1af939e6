internal import EventLoop
internal import Kafka
internal import Requests
internal import RocketSMS
internal import SMSPipeline
internal import Time

/// Runs the pipeline on the event loop: turns what the outside says into its events, gives it its turns, and wakes it when it asks.
///
/// The actor's executor is the loop, so the compiler checks that nothing else touches the pipeline. What blocks has threads of its own
/// (committer, restorers, connector) and answers through the loop's mailbox.
actor PipelineRunner {
    private nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private let configuration: WorkerConfiguration
    private let deadLetterLimit: Int
    private let eventFrame: [UInt8]
    private let metrics: WorkerMetrics
    private let reporter: PipelineReporter
    /// The reporter, or what stands before it. The pipeline does not keep it.
    private let observer: any PipelineObserver
    private let factory: KafkaSessionFactory
    private var pipeline: Pipeline?
    private var opener: Opener?
    private var provider: ProviderSide?
    /// The one that the pipeline was given last.
    private weak var session: KafkaSession?
    private var isDraining = false
    /// When figures of the link and of receipts are shown next.
    private var figuresDue = MonotonicInstant(nanoseconds: 0)
    private var ending: CheckedContinuation<PipelineEnd, Never>?
    private var armed: (at: MonotonicInstant, id: TimerID)?
    /// Of the partitions' logs, as Kafka's client said last; no more than ten seconds old.
    private var ends: [PartitionKey: Int64] = [:]

    init(
        loop: EventLoop, configuration: WorkerConfiguration, deadLetterLimit: Int, eventFrame: [UInt8], metrics: WorkerMetrics,
        health: HealthState, factory: KafkaSessionFactory, traces: TraceExporter? = nil
    ) {
        self.loop = loop
        self.configuration = configuration
        self.deadLetterLimit = deadLetterLimit
        self.eventFrame = eventFrame
        self.metrics = metrics
        let reporter = PipelineReporter(metrics: metrics, health: health)
        self.reporter = reporter
        observer = traces.map { TracingObserver($0, before: reporter) } ?? reporter
        self.factory = factory
    }

    /// Runs until asked to drain, or until it cannot go on.
    func run(_ session: KafkaSession, by door: ProviderDoor) async -> PipelineEnd {
        let provider: ProviderSide
        do {
            provider = try ProviderSide(
                door, configuration.kafka, topic: configuration.topics.receipts?.name, access: factory.access, loop: loop)
        } catch {
            return .failed("the provider's client could not be made: \(error)")
        }
        self.provider = provider
        let gateway = provider.gateway
        let opener = Opener { [unowned self] in openSession($0) }
        let pipeline = Pipeline(
            settings: PipelineSettings(configuration, deadLetterLimit: deadLetterLimit, eventFrame: eventFrame), observer: observer,
            gateway: gateway, receipts: provider.receipts?.tail, opener: opener,
            seed: .random(in: .min ... .max), at: clock())
        self.pipeline = pipeline
        self.opener = opener
        gateway.mayBegin = { [unowned self] tag in assumeIsolated { $0.pipeline?.mayBegin(tag: tag, at: $0.clock()) ?? false } }
        gateway.receive = { [unowned self] event in assumeIsolated { $0.pipeline?.provider(event, at: $0.turnClock()) } }
        provider.receipts?.tail.receive = { [unowned self] event in
            assumeIsolated { $0.pipeline?.receipts(event, at: $0.turnClock()) }
        }
        provider.start()
        adopt(session)
        if isDraining { pipeline.drain(at: clock()) }
        loop.atTurnEnd { [weak self] in
            guard let self else { return }
            assumeIsolated { $0.turn() }
        }
        if pipeline.end == nil { _ = await withCheckedContinuation { ending = $0 } }
        await withCheckedContinuation { (left: CheckedContinuation<Void, Never>) in provider.leave { left.resume() } }
        provider.close()
        return pipeline.end ?? .drained
    }

    /// Lets what runs finish, commits it, and leaves the group.
    func drain() {
        isDraining = true
        pipeline?.drain(at: clock())
    }

    private func turn() {
        guard let pipeline else { return }
        pipeline.turn(at: turnClock())
        showReceipts(pipeline)
        if let end = pipeline.end {
            ending?.resume(returning: end)
            ending = nil
            return
        }
        let due = pipeline.nextTurnAt
        if let armed, armed.at <= due, armed.at > loop.now { return }
        if let armed { loop.cancel(armed.id) }
        armed = (due, loop.schedule(at: due) { [self] in assumeIsolated { $0.armed = nil } })
    }

    // MARK: Sessions

    private nonisolated func openSession(_ number: UInt64) -> SessionOpening? {
        factory.open { [self] result in
            loop.execute { [self] in assumeIsolated { $0.opened(number, result) } }
        }
    }

    private func opened(_ number: UInt64, _ result: Result<KafkaSession, KafkaError>) {
        guard opener?.isCurrent(number) == true else {
            pipeline?.lateOpeningEnded(at: clock())
            guard case .success(let session) = result else { return }
            session.abandon()
            return session.free()
        }
        opener?.ended()
        switch result {
        case .success(let session): adopt(session)
        case .failure(let error): pipeline?.opened(.failure(BrokerError(error)), at: clock())
        }
    }

    private func adopt(_ session: KafkaSession) {
        do throws(EventLoopError) {
            try session.listen(
                on: loop,
                answer: { [self, weak session] answer in
                    guard let session else { return }
                    loop.execute { [self] in
                        assumeIsolated { $0.pipeline?.answered(answer, by: session, at: $0.clock()) }
                    }
                },
                show: { [unowned self] statistics in assumeIsolated { $0.show(statistics) } })
        } catch {
            pipeline?.opened(.failure(BrokerError(.fatal, name: "\(error)")), at: clock())
            session.abandon()
            session.free()
            return
        }
        pipeline?.opened(.success(session), at: clock())
        self.session = session
        renewAccess()
    }

    // MARK: Secrets that were changed

    /// Calls to the provider say who we are by these from now on.
    func use(_ credentials: RocketSMSCredentials) {
        provider?.http?.use(credentials)
        pipeline?.credentialsRenewed(at: clock())
    }

    /// Binds are made with this password from now on.
    func use(_ password: SecretText) {
        // What the file may hold is what a bind may hold: the file was read by the rule of the setting.
        guard let gateway = provider?.receipts?.gateway, (try? gateway.use(password)) != nil else { return }
        pipeline?.credentialsRenewed(at: clock())
    }

    /// Brings the session to what the factory makes others by. One that is being opened comes by here as well.
    func renewAccess() {
        guard let session else { return }
        let access = factory.access
        provider?.use(access)
        switch session.access.change(to: access) {
        case .nothing: return
        case .credentials(let username, let password):
            do throws(KafkaError) { return try session.use(access, username: username, password: password) } catch {
                pipeline?.renewSession("the client library did not take the new credentials of Kafka: \(error.message)", at: clock())
            }
        case .handles: pipeline?.renewSession("Kafka's keys or certificates were changed in their files", at: clock())
        }
    }

    private func show(_ statistics: Statistics?) {
        guard let statistics else {
            ends = [:]
            metrics.workDue.show(lag: [:])
            return metrics.kafka.unreadable()
        }
        ends = Dictionary(uniqueKeysWithValues: statistics.ends.map { (PartitionKey($0.key), $0.value) })
        let lag = pipeline?.lag(ends: ends) ?? [:]
        metrics.kafka.show(statistics, lag: lag)
        metrics.workDue.show(lag: lag)
    }

    /// Each second, as the pipeline's own: it has a turn then.
    private func showReceipts(_ pipeline: Pipeline) {
        guard let receipts = provider?.receipts, loop.now >= figuresDue else { return }
        figuresDue = loop.now + .seconds(1)
        metrics.smpp.show(SMPPMetrics.Figures(receipts, pipeline.receiptFigures()))
    }

    // MARK: Who looks

    /// What the pipeline says of itself to whoever looks at it. From any thread; the answer comes on the loop.
    nonisolated func describe(_ answer: @escaping @Sendable (WorkerDetail?) -> Void) {
        loop.execute { [self] in
            assumeIsolated { runner in
                guard let pipeline = runner.pipeline else { return answer(nil) }
                let detail = pipeline.detail(ends: runner.ends, at: runner.clock())
                answer(WorkerDetail(pipeline: detail, failures: runner.reporter.recentFailures.latest))
            }
        }
    }

    // MARK: Clocks

    /// Read anew, for what is measured or must not be late.
    private func clock() -> Now { Now(monotonic: loop.updateNow(), wall: WallTime.now.milliseconds) }

    /// The time of this turn: one reading serves all that happens in it.
    private func turnClock() -> Now { Now(monotonic: loop.now, wall: WallTime.now.milliseconds) }

    /// The pipeline's way to ask for another session.
    private final class Opener: SessionOpener {
        private let begin: (UInt64) -> SessionOpening?
        private var number: UInt64 = 0
        private var isUnderWay = false
        private var opening: SessionOpening?

        init(_ begin: @escaping (UInt64) -> SessionOpening?) { self.begin = begin }

        func open() {
            number += 1
            isUnderWay = true
            opening = begin(number)
        }

        func isCurrent(_ number: UInt64) -> Bool { isUnderWay && number == self.number }

        func ended() {
            isUnderWay = false
            opening = nil
        }

        func isOverdue(at now: MonotonicInstant) -> Bool { opening?.isOverdue(at: now) ?? false }

        func abandon() {
            opening?.abandon()
            ended()
        }
    }
}
