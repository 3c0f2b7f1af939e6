package import Logging
internal import Metrics
internal import Requests
package import SMSPipeline
package import Time

/// Makes figures, log lines and the word on readiness out of the pipeline's notes: every line that the running pipeline can log stands
/// here. Lives on the pipeline's loop.
package final class PipelineReporter: PipelineObserver {
    private let metrics: WorkerMetrics
    private let health: HealthState
    private let log: Logger
    private var aborts = LogThrottle(every: .seconds(5))
    private var renewals = LogThrottle(every: .seconds(5))
    private var consumerTroubles = LogThrottle(every: .seconds(5))
    private var deadLetters = LogThrottle(every: .seconds(1))
    private var drops = LogThrottle(every: .seconds(1))
    private var stops = LogThrottle(every: .seconds(10))
    private var goings = LogThrottle(every: .seconds(10))
    private var differences = LogThrottle(every: .seconds(1))
    private var senders = LogThrottle(every: .seconds(10))
    private var senderLists = LogThrottle(every: .seconds(600))
    private var templates = LogThrottle(every: .seconds(10))
    private var templateLists = LogThrottle(every: .seconds(600))
    private var held = LogThrottle(every: .seconds(1))
    private var failures = LogThrottle(every: .seconds(30))
    /// What failed last, by code: for whoever looks.
    package private(set) var recentFailures = RecentFailures()
    private var pace = PaceWatch()
    private var door: DoorReporter

    package init(metrics: WorkerMetrics, health: HealthState, log: Logger = Logger(label: "worker")) {
        self.metrics = metrics
        self.health = health
        self.log = log
        door = DoorReporter(metrics.receipts, log: log)
    }

    package func observe(_ note: Note, at now: MonotonicInstant) {
        switch note {
        case .consumed, .gap, .seekBack, .admitted, .repeated, .repeatDiffers, .deadLettered, .commandApplied, .commandDropped,
            .readingStopped,
            .readingGoesOn:
            reading(note, at: now)
        case .attemptBegan, .sendAnswered, .attemptEnded, .pollBegan, .pollAnswered, .event, .firstEvent, .finalStatus:
            figure(note, at: now)
        case .held, .providerFails, .providerAnswers, .refusalsNarrow, .refusalsEnded, .accountPaused, .accountResumed, .senderNotUsable,
            .sendersUnknown, .templateMissing, .templatesUnknown:
            provider(note, at: now)
        case .committed, .aborted, .producersRebuilt, .producerRenewed, .membershipRefused, .tombstones:
            transaction(note, at: now)
        case .assigned, .revoked, .restored, .restoreFailed, .opened, .staysClosed, .offsetLost, .partitionCount:
            partition(note)
        case .stoodStill, .draining, .startingOver, .lostWhileDraining, .sessionNotOpened, .openingHangs, .consumerTrouble, .health:
            run(note, at: now)
        case .door, .lateAnswer, .receipt, .receiptsTrouble, .receiptsLost, .receiptsFound: door.observe(note, at: now)
        // `TracingObserver`'s, where there is one.
        case .span: break
        }
    }

    // MARK: Reading

    private func reading(_ note: Note, at now: MonotonicInstant) {
        switch note {
        case .consumed: metrics.reading.consumed.increment()
        case .gap: metrics.reading.gaps.increment()
        case .seekBack: metrics.reading.seekBacks.increment()
        case .admitted: metrics.reading.admitted.increment()
        case .repeated: metrics.reading.duplicates.increment()
        case .repeatDiffers(let id, let partition, let fields):
            metrics.reading.repeatsThatDiffer.increment()
            guard let suppressed = differences.admit(at: now) else { return }
            log.warning(
                "a request repeats an id with other content: it was dropped, the first one counts; another message needs another id",
                metadata: [
                    LogKeys.requestID: "\(Self.masked(id))", LogKeys.partition: "\(partition.name)",
                    LogKeys.fields: "\(fields.joined(separator: ","))", LogKeys.suppressed: "\(suppressed)",
                ])
        case .deadLettered(let code, let partition, let offset):
            metrics.reading.deadLettered(code)
            recentFailures.count(code.rawValue, kind: RecentFailures.deadLetter, at: now)
            guard let suppressed = deadLetters.admit(at: now) else { return }
            log.notice(
                "a record became a dead letter",
                metadata: [
                    LogKeys.code: "\(code)", LogKeys.partition: "\(partition.name)", LogKeys.offset: "\(offset)",
                    LogKeys.suppressed: "\(suppressed)",
                ])
        case .commandApplied: metrics.reading.commandsApplied.increment()
        case .commandDropped(let action, let id, let partition, let reason):
            metrics.reading.commandsDropped.increment()
            guard let suppressed = drops.admit(at: now) else { return }
            log.notice(
                "a command was dropped: \(reason)",
                metadata: [
                    LogKeys.command: "\(Self.name(action))", LogKeys.requestID: "\(Self.masked(id))",
                    LogKeys.partition: "\(partition.name)",
                    LogKeys.suppressed: "\(suppressed)",
                ])
        case .readingStopped(let partition, let waiting):
            guard stops.shouldLog(at: now) else { return }
            log.notice(
                "as many requests of a partition wait as may (SEND_MAX_WAITING): no more of it are read, nor commands, until some are sent or end",
                metadata: [LogKeys.partition: "\(partition.name)", LogKeys.waiting: "\(waiting)"])
        case .readingGoesOn(let partition, let waiting):
            guard goings.shouldLog(at: now) else { return }
            log.notice("requests are read again", metadata: [LogKeys.partition: "\(partition.name)", LogKeys.waiting: "\(waiting)"])
        default: break
        }
    }

    private static func name(_ action: Command.Action) -> String {
        switch action {
        case .cancel: "cancel"
        case .resolve: "resolve"
        case .forget: "forget"
        }
    }

    private static func masked(_ id: [UInt8]) -> String { Logger.Redaction.maskedID(String(decoding: id, as: UTF8.self)) }

    // MARK: The provider

    private func provider(_ note: Note, at now: MonotonicInstant) {
        switch note {
        case .held(let id, let partition):
            guard let suppressed = held.admit(at: now) else { return }
            log.warning(
                Sentences.held,
                metadata: [
                    LogKeys.requestID: "\(Self.masked(id))", LogKeys.partition: "\(partition.name)", LogKeys.suppressed: "\(suppressed)",
                ])
        case .providerFails(let duration, let failure):
            guard let suppressed = failures.admit(at: now) else { return }
            log.warning(
                Sentences.probing + " until it answers, and nothing is lost; the error says whether to look at name, proxy, firewall, "
                    + "certificate or address, or to ask the provider",
                metadata: [
                    LogKeys.seconds: "\(duration.components.seconds)", LogKeys.error: "\(failure)", LogKeys.suppressed: "\(suppressed)",
                ])
        case .providerAnswers: log.notice("the provider answers again")
        case .refusalsNarrow(let code):
            log.warning(
                Sentences.refused
                    + "; if the code means an empty or a locked account, name it in ROCKETSMS_CREDIT_CODES or ROCKETSMS_ACCOUNT_CODES",
                metadata: [LogKeys.code: "\(code)"])
        case .refusalsEnded: log.notice("the provider accepts messages again")
        case .accountPaused(let problem, let code):
            log.warning(
                Sentences.paused(for: problem)
                    + (problem == .credentials
                        ? "; change the password there, or here: a file is read again, a variable needs a restart"
                        : "; top it up, and sending goes on by itself"),
                metadata: [LogKeys.code: "\(code)"])
        case .senderNotUsable(let id, let partition):
            metrics.reading.unusableSenders.increment()
            guard let suppressed = senders.admit(at: now) else { return }
            log.warning(
                "a request names a sender that the provider has not both checked and registered: it goes out under another name",
                metadata: [
                    LogKeys.requestID: "\(Self.masked(id))", LogKeys.partition: "\(partition.name)", LogKeys.suppressed: "\(suppressed)",
                ])
        case .sendersUnknown(let reason):
            guard let suppressed = senderLists.admit(at: now) else { return }
            log.warning(
                "the provider's list of senders could not be had: no message is stopped for it, what was known of it still counts",
                metadata: [LogKeys.error: "\(reason)", LogKeys.suppressed: "\(suppressed)"])
        case .templateMissing, .templatesUnknown: template(note, at: now)
        case .accountResumed(let pause):
            log.notice("the account is in order again: sending goes on", metadata: [LogKeys.seconds: "\(pause.components.seconds)"])
        default: break
        }
    }

    private func pace(_ report: HealthReport, at now: MonotonicInstant) {
        switch pace.see(report, at: now) {
        case .narrowed(let sends):
            log.warning(
                Sentences.narrowed + ", nothing is lost, and it widens by itself; "
                    + "where it lasts, the provider's support or what stands between has the cause",
                metadata: [LogKeys.paceWidth: "\(sends.width)", LogKeys.paceFailures: "\(sends.failures)"])
        case .whole(let duration):
            log.notice(
                "the provider answers as it should: as many requests are under way as may be (SEND_MAX_IN_FLIGHT)",
                metadata: [LogKeys.seconds: "\(duration.components.seconds)"])
        case nil: break
        }
    }

    private func figure(_ note: Note, at now: MonotonicInstant) {
        switch note {
        case .attemptBegan(let isRetry):
            metrics.sending.attempts.increment()
            if isRetry { metrics.sending.retries.increment() }
        case .sendAnswered(let outcome, let duration): metrics.sending.answered(outcome, after: duration)
        case .attemptEnded(let outcome): metrics.sending.count(outcome)
        case .pollBegan: metrics.sending.polls.increment()
        case .pollAnswered(let outcome, let duration): metrics.sending.answered(outcome, after: duration)
        case .event(let event):
            metrics.events.count(event)
            if event.status == .failed, event.isFinal, let reason = event.reason {
                recentFailures.count(reason.code, kind: reason.kind.rawValue, at: now)
            }
        case .firstEvent(let age): metrics.events.firstEvent(after: age)
        case .finalStatus(let status, let duration): metrics.events.ended(status, after: duration)
        default: break
        }
    }

    private func template(_ note: Note, at now: MonotonicInstant) {
        switch note {
        case .templateMissing(let id, let partition):
            metrics.reading.missingTemplates.increment()
            guard let suppressed = templates.admit(at: now) else { return }
            log.warning(
                "a request names a template that the account does not have: the provider may refuse it, or send the name",
                metadata: [
                    LogKeys.requestID: "\(Self.masked(id))", LogKeys.partition: "\(partition.name)", LogKeys.suppressed: "\(suppressed)",
                ])
        case .templatesUnknown(let reason):
            guard let suppressed = templateLists.admit(at: now) else { return }
            log.warning(
                "the provider's list of templates could not be had: no message waits for it, the parts of those that name one are not known",
                metadata: [LogKeys.error: "\(reason)", LogKeys.suppressed: "\(suppressed)"])
        default: break
        }
    }

    // MARK: Transactions

    private func transaction(_ note: Note, at now: MonotonicInstant) {
        switch note {
        case .committed(let records, let duration, let failures):
            metrics.ledger.committed(records: records, in: duration)
            if failures > 0 { log.notice("transactions commit again", metadata: [LogKeys.attempts: "\(failures)"]) }
        case .aborted(let error, let failures):
            metrics.ledger.transactionsAborted.increment()
            guard aborts.shouldLog(at: now) else { return }
            log.error(
                "a transaction was aborted and is tried again; no new attempt begins until it is through",
                metadata: [LogKeys.code: "\(error.name)", LogKeys.error: "\(error.description)", LogKeys.attempts: "\(failures)"])
        case .producersRebuilt:
            log.warning("five transactions in a row were aborted: the producers are made anew, what they were to write is kept")
        case .producerRenewed(let duration):
            metrics.ledger.producersRenewed.increment()
            guard let suppressed = renewals.admit(at: now) else { return }
            var metadata: Logger.Metadata = [LogKeys.milliseconds: "\(duration.milliseconds)"]
            if suppressed > 0 { metadata[LogKeys.suppressed] = "\(suppressed)" }
            log.notice("a broker did not answer a request of a transaction: its producer was made anew", metadata: metadata)
        case .membershipRefused(let error):
            metrics.ledger.transactionsAborted.increment()
            log.notice("the group refuses this member's transaction: waiting for a rebalance", metadata: [LogKeys.code: "\(error.name)"])
        case .tombstones(let count): metrics.ledger.tombstones.increment(by: count)
        default: break
        }
    }

    // MARK: Partitions

    private func partition(_ note: Note) {
        switch note {
        case .assigned(let partitions):
            if !partitions.isEmpty { metrics.ledger.assigned.increment() }
            log.info("partitions assigned", metadata: [LogKeys.partitions: "\(Self.names(partitions))"])
        case .revoked(let partitions, let isLost):
            if !partitions.isEmpty { (isLost ? metrics.ledger.lost : metrics.ledger.revoked).increment() }
            log.info(
                isLost ? "partitions lost" : "partitions revoked, draining", metadata: [LogKeys.partitions: "\(Self.names(partitions))"])
        case .restored(let records, let duration): metrics.ledger.restored(records: records, in: duration)
        case .restoreFailed(let partition, let error):
            metrics.ledger.restoreFailures.increment()
            log.warning(
                "the ledger could not be read, trying again",
                metadata: [LogKeys.partition: "\(partition.name)", LogKeys.error: "\(error)"])
        case .opened(let partition, let offset, let open, let closed):
            log.info(
                "partition open",
                metadata: [
                    LogKeys.partition: "\(partition.name)", LogKeys.offset: "\(offset)", LogKeys.open: "\(open)",
                    LogKeys.closed: "\(closed)",
                ])
        case .staysClosed(let partition, let reason):
            log.error(
                "a partition stays closed: \(reason); until then nothing of it is read or sent",
                metadata: [LogKeys.partition: "\(partition.name)"])
        case .offsetLost(let partition, let error):
            log.warning(
                "a partition's offset is outside its log: its ledger is read again",
                metadata: [LogKeys.partition: "\(partition.name)", LogKeys.error: "\(error.description)"])
        case .partitionCount(let count):
            log.info("the request topics have another number of partitions", metadata: [LogKeys.partitions: "\(count)"])
        default: break
        }
    }

    private static func names(_ partitions: [PartitionKey]) -> String {
        partitions.prefix(32).map(\.name).joined(separator: ",") + (partitions.count > 32 ? ",…" : "")
    }

    // MARK: The run

    private func run(_ note: Note, at now: MonotonicInstant) {
        switch note {
        case .stoodStill(let gap):
            log.warning(
                "this process stood still: intents of before are void, and none begins for a while",
                metadata: [LogKeys.seconds: "\(gap.components.seconds)"])
        case .draining: log.info("draining: nothing begins any more, what runs may finish")
        case .startingOver(let reason):
            metrics.ledger.fencings.increment()
            log.warning(
                "starting over on Kafka's side: \(reason); the ledger is read again and nothing is lost. Where it comes again and again, look for a "
                    + "second worker of this name (KAFKA_INSTANCE_ID, KAFKA_TRANSACTIONAL_STEM), a process that stands still, or brokers in trouble"
            )
        case .lostWhileDraining: log.warning("Kafka's side was lost while draining: ending now, what runs is left to the next owner")
        case .sessionNotOpened(let error):
            log.warning("Kafka's side could not be made anew, trying again", metadata: [LogKeys.error: "\(error.description)"])
        case .openingHangs:
            log.error("Kafka's client does not return from a call in which its side is made anew: it is left behind, and another is made")
        case .consumerTrouble(let error):
            guard consumerTroubles.shouldLog(at: now) else { return }
            log.warning("the consumer reports trouble", metadata: [LogKeys.code: "\(error.name)", LogKeys.error: "\(error.description)"])
        case .health(let report):
            health.update(HealthState.Snapshot(report), at: now)
            metrics.state.show(report)
            metrics.workDue.show(report)
            pace(report, at: now)
        default: break
        }
    }
}
