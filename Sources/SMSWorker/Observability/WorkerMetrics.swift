package import Metrics
package import Requests
package import SMSPipeline
internal import Time

/// All metrics of the worker, made once and held. Their names and labels stand here and in `KafkaMetrics`; every label has a fixed set of
/// values. Handles are touched from the pipeline's loop, and read by the admin server's thread.
package struct WorkerMetrics: Sendable {
    package let registry: MetricsRegistry

    // MARK: Consume
    package let consumed: Counter
    package let admitted: Counter
    package let duplicates: Counter
    package let repeatsThatDiffer: Counter
    package let unusableSenders: Counter
    package let missingTemplates: Counter
    package let gaps: Counter
    package let seekBacks: Counter
    package let commandsApplied: Counter
    package let commandsRefused: Counter
    private let deadLetters: [DeadLetterCode: Counter]

    // MARK: Send
    package let attempts: Counter
    private let outcomes: Outcomes
    package let inFlight: Gauge
    package let waiting: Gauge
    package let sending: Gauge
    package let held: Gauge
    package let accountPaused: Gauge
    package let breakerOpen: Gauge
    package let refusalsNarrow: Gauge

    // MARK: Track
    package let polls: Counter
    package let tracking: Gauge

    // MARK: Publish
    /// By raw value of the status, from 1.
    private let events: [Counter]
    private let failures: [String: Counter]
    private let failuresByProvider: Counter
    private let possibleDuplicates: Counter
    private let firstEvent: Histogram

    // MARK: Ledger
    package let commits: Counter
    package let committedRecords: Counter
    private let commitTime: Histogram
    package let transactionsAborted: Counter
    package let fencings: Counter
    package let producersRenewed: Counter
    package let tombstones: Counter
    package let closedIDs: Gauge
    private let restoreTime: Histogram
    private let restoredRecords: Counter

    // MARK: The worker
    package let ready: Gauge
    package let partitionsOwned: Gauge
    package let partitionsClosed: Gauge

    /// What librdkafka says of itself.
    package let kafka: KafkaMetrics

    /// Our own codes that a FAILED event can have; every other is the provider's.
    package static let ownFailureCodes = [
        "EXPIRED", "OUTCOME_UNKNOWN", "CANCELLED", "TRACKING_EXPIRED", "PROVIDER_FAILED", "RESOLVED", "TOO_MANY_PARTS",
        "SENDER_NOT_ALLOWED",
    ]

    package init(registry: MetricsRegistry = MetricsRegistry()) {
        self.registry = registry
        consumed = registry.counter("rocketsms_records_consumed_total", help: "Records read from the request topics.")
        admitted = registry.counter("rocketsms_requests_admitted_total", help: "Requests taken into the ledger.")
        duplicates = registry.counter("rocketsms_requests_duplicate_total", help: "Requests dropped because their id was known already.")
        repeatsThatDiffer = registry.counter(
            "rocketsms_requests_duplicate_different_total", help: "Requests dropped because their id was open, with other content.")
        unusableSenders = registry.counter("rocketsms_senders_not_usable_total", help: "Requests by senders not checked and registered.")
        missingTemplates = registry.counter("rocketsms_templates_missing_total", help: "Requests by a template the account has not.")
        seekBacks = registry.counter(
            "rocketsms_seek_backs_total", help: "Times that the Kafka client jumped ahead and was sent back; soon after an assignment.")
        gaps = registry.counter("rocketsms_offset_gaps_total", help: "Offsets skipped by the log itself: transaction markers, retention.")
        let commands = "rocketsms_commands_total"
        commandsApplied = registry.counter(commands, help: "Operators' commands by result.", labels: ["result": "applied"])
        commandsRefused = registry.counter(commands, help: "Operators' commands by result.", labels: ["result": "dropped"])
        deadLetters = Dictionary(
            uniqueKeysWithValues: DeadLetterCode.allCases.map { code in
                (code, registry.counter("rocketsms_dead_letters_total", help: "Dead letters by code.", labels: ["code": code.rawValue]))
            })

        attempts = registry.counter("rocketsms_attempts_total", help: "POSTs of a message to the provider.")
        outcomes = Outcomes(registry: registry)
        inFlight = registry.gauge("rocketsms_posts_in_flight", help: "POSTs under way.")
        waiting = registry.gauge("rocketsms_requests_waiting", help: "Requests with no attempt under way.")
        sending = registry.gauge("rocketsms_requests_sending", help: "Requests whose intent is written or under way to the ledger.")
        held = registry.gauge("rocketsms_requests_held", help: "Requests of unknown outcome that wait for an operator.")
        accountPaused = registry.gauge("rocketsms_account_paused", help: "1 while bad credentials or missing credit stop all attempts.")
        breakerOpen = registry.gauge(
            "rocketsms_breaker_open", help: "1 while the provider fails or answers slowly, and fewer requests are under way at a time.")
        refusalsNarrow = registry.gauge("rocketsms_refusals_narrow", help: "1 while all messages are refused alike and tried one by one.")

        polls = registry.counter("rocketsms_polls_total", help: "Questions for the status of a message.")
        tracking = registry.gauge("rocketsms_messages_tracking", help: "Accepted messages without a final status.")

        events = MessageStatus.allCases.map { status in
            registry.counter("rocketsms_events_total", help: "Status events by status.", labels: ["status": "\(status.name)"])
        }
        let failed = "rocketsms_failed_total"
        let failedHelp = "FAILED events by reason; PROVIDER stands for every code of the provider."
        failures = Dictionary(
            uniqueKeysWithValues: Self.ownFailureCodes.map { ($0, registry.counter(failed, help: failedHelp, labels: ["reason": $0])) })
        failuresByProvider = registry.counter(failed, help: failedHelp, labels: ["reason": "PROVIDER"])
        possibleDuplicates = registry.counter(
            "rocketsms_possible_duplicates_total", help: "Final events of requests with an attempt of unknown outcome.")
        firstEvent = registry.histogram(
            "rocketsms_first_event_seconds", help: "From the time of a request's record to its first status event.")

        commits = registry.counter("rocketsms_transactions_total", help: "Transactions committed.")
        committedRecords = registry.counter("rocketsms_transaction_records_total", help: "Records in committed transactions.")
        // Around what two producers in turn need (5 to 15 ms), and where one alone stands (above 30 ms).
        commitTime = registry.histogram(
            "rocketsms_commit_seconds", help: "From the beginning of a transaction to its commit.",
            buckets: [2, 5, 7.5, 10, 12.5, 15, 20, 30, 50, 75, 100, 150, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000].map {
                Duration.milliseconds($0)
            })
        transactionsAborted = registry.counter("rocketsms_transactions_aborted_total", help: "Transactions that did not commit.")
        fencings = registry.counter("rocketsms_fencings_total", help: "Times that Kafka's side was made anew inside the process.")
        producersRenewed = registry.counter(
            "rocketsms_kafka_producers_renewed_total",
            help: "Producers made anew because a broker did not answer a request of a transaction.")
        tombstones = registry.counter("rocketsms_ledger_tombstones_total", help: "Closed ids that left the ledger.")
        closedIDs = registry.gauge("rocketsms_ledger_closed_ids", help: "Ids of closed requests kept for the dedup window.")
        restoreTime = registry.histogram("rocketsms_restore_seconds", help: "Reading the ledger of one partition.")
        restoredRecords = registry.counter("rocketsms_restored_records_total", help: "Ledger records read by restores.")

        ready = registry.gauge("rocketsms_ready", help: "1 while /readyz answers 200.")
        partitionsOwned = registry.gauge("rocketsms_partitions_owned", help: "Request partitions assigned to this worker.")
        partitionsClosed = registry.gauge("rocketsms_partitions_closed", help: "Assigned partitions that are not open (yet).")
        kafka = KafkaMetrics(registry: registry)
    }

    // MARK: What happens

    package func deadLettered(_ code: DeadLetterCode) { deadLetters[code]?.increment() }

    package func count(_ outcome: AttemptOutcome) { outcomes.counter(of: outcome).increment() }

    package func count(_ event: EntryEvent) {
        events[Int(event.status.rawValue) - 1].increment()
        guard event.isFinal else { return }
        if event.isPossibleDuplicate { possibleDuplicates.increment() }
        if event.status == .failed { (event.reason.flatMap { failures[$0.code] } ?? failuresByProvider).increment() }
    }

    /// - Parameter latency: from the timestamp of the request's record, or from `sendAt` where the worker waited for that.
    package func firstEvent(after latency: Duration) { firstEvent.observe(latency) }

    package func committed(records: Int, in duration: Duration) {
        commits.increment()
        committedRecords.increment(by: records)
        commitTime.observe(duration)
    }

    package func restored(records: Int, in duration: Duration) {
        restoreTime.observe(duration)
        restoredRecords.increment(by: records)
    }

    package func show(_ report: HealthReport) {
        waiting.set(report.waiting)
        sending.set(report.sending)
        held.set(report.held)
        tracking.set(report.tracking)
        closedIDs.set(report.closedIDs)
        inFlight.set(report.running)
        partitionsOwned.set(report.assigned)
        partitionsClosed.set(report.assigned - report.open)
        ready.set(report.reason == nil ? 1 : 0)
        accountPaused.set(report.account == nil ? 0 : 1)
        breakerOpen.set(report.breaker == .closed ? 0 : 1)
        refusalsNarrow.set(report.refusals == nil ? 0 : 1)
    }

    private struct Outcomes: Sendable {
        let accepted: Counter
        let refused: Counter
        let account: Counter
        let notSent: Counter
        let notBegun: Counter
        let unknown: Counter

        init(registry: MetricsRegistry) {
            func outcome(_ name: String) -> Counter {
                registry.counter("rocketsms_attempt_outcomes_total", help: "What attempts ended in.", labels: ["outcome": name])
            }
            accepted = outcome("accepted")
            refused = outcome("refused")
            account = outcome("account")
            notSent = outcome("not_sent")
            notBegun = outcome("not_begun")
            unknown = outcome("unknown")
        }

        func counter(of outcome: AttemptOutcome) -> Counter {
            switch outcome {
            case .accepted: accepted
            case .refused: refused
            case .account: account
            case .notSent: notSent
            case .notBegun: notBegun
            case .unknown: unknown
            }
        }
    }
}
