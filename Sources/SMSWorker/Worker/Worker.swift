internal import EventLoop
internal import HTTPServer
internal import Kafka
internal import Logging
internal import Metrics
internal import Requests
internal import RocketSMS
internal import SMSPipeline
internal import Synchronization

/// The program `run`: builds the parts, runs them, stops them in the reverse order.
package final class Worker: Sendable {
    private let configuration: WorkerConfiguration
    private let secrets: SecretFiles?
    private let log = Logger(label: "worker")
    private let pipeline = Mutex<PipelineRunner?>(nil)
    private let isStopping = Atomic<Bool>(false)
    /// Ends what the start waits for.
    private let stopWaiting = Mutex<(@Sendable () -> Void)?>(nil)
    package let metrics = WorkerMetrics()
    package let health = HealthState()

    /// - Parameter secrets: where they are read again from; nil: never.
    package init(_ configuration: WorkerConfiguration, secrets: SecretFiles? = nil) {
        self.configuration = configuration
        self.secrets = secrets
    }

    /// Runs until `drain` has done its work, or until it cannot go on.
    package func run() async -> WorkerEnd {
        CoreFiles.forbid()
        guard GroupMetadata.isReadable else {
            return .failed("librdkafka \(LibrdkafkaVersion.string) serialises group metadata in a way that this worker cannot read")
        }
        warnOfKnownDefects()
        let admin: AdminServer
        do throws(HTTPServerError) {
            admin = try AdminServer(
                host: configuration.admin.host, port: configuration.admin.port, token: configuration.admin.token, health: health,
                registry: metrics.registry, feed: statusFeed())
        } catch {
            return .unfit("ADMIN_HOST, ADMIN_PORT: \(error.description)")
        }
        defer { admin.stop() }
        log.info("admin port open", metadata: [LogKeys.adminAddress: "\(configuration.admin.host):\(admin.port)"])
        let door: ProviderDoor
        do throws(ProviderSetupError) { door = try configuration.door() } catch { return .unfit(error.description) }
        if let sentence = DescriptorLimit(connections: door.connections).makeRoom() { return .unfit(sentence) }
        let givingBack = Task { await FreeMemory.giveBackRegularly() }
        defer { givingBack.cancel() }
        do {
            return try await runPipeline(door, admin)
        } catch {
            return .failed("the system refused a thread or a descriptor: \(error)")
        }
    }

    /// Lets what runs finish. Safe from any thread, more than once.
    package func drain() {
        isStopping.store(true, ordering: .relaxed)
        stopWaiting.withLock { $0.take() }?()
        guard let pipeline = pipeline.withLock({ $0 }) else { return }
        Task { await pipeline.drain() }
    }

    /// What the status page shows.
    private func statusFeed() -> StatusFeed {
        let kafka = configuration.kafka
        return StatusFeed(
            identity: StatusSnapshot.Identity(version: WorkerVersion.string, group: kafka.groupID, name: kafka.transactionalStem),
            figures: StatusFigures(metrics.registry)
        ) { [weak self] answer in
            guard let pipeline = self?.pipeline.withLock({ $0 }) else { return answer(nil) }
            pipeline.describe(answer)
        }
    }

    /// What `ask` answers, or nil where `drain` comes first; a late answer is left alone, and goes with the process.
    private func unlessStopped<Answer: Sendable>(_ ask: (@escaping @Sendable (Answer) -> Void) -> Void) async -> Answer? {
        let answer: Answer? = await withCheckedContinuation { continuation in
            let give = FirstAnswer(continuation)
            stopWaiting.withLock { $0 = { give.resume(nil) } }
            if isStopping.load(ordering: .relaxed) { give.resume(nil) }
            ask { give.resume($0) }
        }
        stopWaiting.withLock { $0 = nil }
        return answer
    }

    /// Nil where `drain` comes first. A call that hangs here ends the process: it owns nothing yet, and whoever starts it tries again.
    private func firstSession(_ factory: KafkaSessionFactory) async -> Result<KafkaSession, KafkaError>? {
        var watch: Task<Void, Never>?
        defer { watch?.cancel() }
        return await unlessStopped { answer in
            guard let opening = factory.open(answer) else { return }
            watch = Task {
                while (try? await Task.sleep(for: .seconds(1))) != nil {
                    guard opening.isOverdue(at: .now) else { continue }
                    opening.abandon()
                    return answer(.failure(KafkaError(failed: "Kafka's client did not return within three times its timeout")))
                }
            }
        }
    }

    private func runPipeline(_ door: ProviderDoor, _ admin: AdminServer) async throws -> WorkerEnd {
        let access = secrets?.access(of: configuration.kafka.properties) ?? KafkaAccess(properties: configuration.kafka.properties)
        let starter = try WorkThread(name: "starter")
        // It may wait for a broker that does not answer.
        defer { starter.abandon() }
        let configuration = configuration
        let log = log
        let checked = await unlessStopped { answer in starter.submit { answer(StartCheck.run(configuration, log: log)) } }
        guard let checked else { return .drained }
        let check: StartCheck
        switch checked {
        case .success(let value): check = value
        case .failure(let failure): return failure.end
        }
        guard !isStopping.load(ordering: .relaxed) else { return .drained }
        let factory = KafkaSessionFactory(
            configuration: configuration, access: access, limits: check.limits, partitionCount: check.partitionCount)
        guard let opened = await firstSession(factory) else { return .drained }
        let session: KafkaSession
        switch opened {
        case .success(let value): session = value
        case .failure(let error):
            if error.isLocalRefusal { return .unfit("KAFKA_PROPERTIES_FILE: \(error.message)") }
            if error.isAuthorization { return .refused("Kafka refuses this worker's credentials or rights: \(error.description)") }
            return error.isTimeout ? .noBroker("no producer could be initialised: \(error.description)") : .failed(error.description)
        }
        let traces = try configuration.traces.map { settings in
            try TraceExporter(settings, SpanDescription(configuration), metrics: metrics.traces)
        }
        let exporting = Task { await traces?.exportRegularly() }
        defer {
            exporting.cancel()
            traces?.stop()
        }
        let loop = try EventLoop(name: "pipeline")
        defer { loop.stop() }
        let pipeline = PipelineRunner(
            loop: loop, configuration: configuration, deadLetterLimit: check.limits.message, eventFrame: check.eventFrame, metrics: metrics,
            health: health, factory: factory, traces: traces)
        self.pipeline.withLock { $0 = pipeline }
        if isStopping.load(ordering: .relaxed) { drain() }
        let watcher = try watchSecrets(access, factory, admin, pipeline)
        defer { watcher?.stop() }
        let end = await pipeline.run(session, by: door)
        switch end {
        case .drained: return .drained
        case .refused(let sentence): return .refused(sentence)
        case .unfit(let sentence): return .unfit(sentence)
        case .rival(let sentence), .failed(let sentence): return .failed(sentence)
        }
    }

    /// Secrets that are changed in their files are taken without a restart.
    private func watchSecrets(
        _ access: KafkaAccess, _ factory: KafkaSessionFactory, _ admin: AdminServer, _ pipeline: PipelineRunner
    ) throws -> SecretWatcher? {
        guard let secrets else { return nil }
        let watch = SecretWatch(
            credentials: configuration.provider.credentials, smppPassword: configuration.smpp?.password, token: configuration.admin.token,
            access: access)
        let log = log
        return try SecretWatcher(secrets, watch, base: configuration.kafka.properties) { action in
            switch action {
            case .credentials(let credentials):
                let account: RocketSMSCredentials
                do throws(RocketSMSCredentialsError) { account = try credentials.forProvider() } catch {
                    return log.warning(
                        "the provider's credentials were changed in their files, and are none (\(error)): those of before stay in use")
                }
                log.info("the provider's credentials were changed in their files, and are used from now on")
                Task { await pipeline.use(account) }
            case .smppPassword(let password):
                log.info("the message centre's password was changed in its file, and binds are made with it from now on")
                Task { await pipeline.use(password) }
            case .token(let token):
                log.info("the admin port's token was changed in its file, and is asked for from now on")
                admin.use(token)
            case .access(let access):
                do throws(KafkaError) { try factory.use(access) } catch {
                    return log.warning(
                        "Kafka's secrets were changed in their files, and no client can be made by them (\(error.message)): those of before stay in use"
                    )
                }
                log.info("Kafka's secrets were changed in their files, and are used from now on")
                Task { await pipeline.renewAccess() }
            case .complain: break
            }
        }
    }

    /// One sentence where the linked library's known defect meets the configuration.
    private func warnOfKnownDefects() {
        log.info(
            "starting",
            metadata: [LogKeys.librdkafkaVersion: "\(LibrdkafkaVersion.string)", LogKeys.group: "\(configuration.kafka.groupID)"])
        let mechanism = configuration.kafka.properties["sasl.mechanism"] ?? configuration.kafka.properties["sasl.mechanisms"] ?? ""
        if mechanism.hasPrefix("SCRAM"), LibrdkafkaVersion.number < 0x0206_01ff {
            log.warning(
                "librdkafka before 2.6.1 sends its SCRAM nonce twice, which Kafka 4 refuses: use a newer librdkafka, or PLAIN over TLS")
        }
    }
}
