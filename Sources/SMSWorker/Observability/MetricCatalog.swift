package import Metrics
internal import Requests

/// Every metric of the worker, once: what its handles, docs/metrics.md and the checks of dashboards and alerts are made of. Names follow
/// Prometheus' customs: base units, `_total` for what only grows. Labels have few values, and none is anything that a request holds.
package enum MetricCatalog {
    // MARK: Reading
    static let consumed = MetricFamily(
        .counter, "rocketsms_records_consumed_total", unit: "records", "Records read from the request topics.")
    static let admitted = MetricFamily(
        .counter, "rocketsms_requests_admitted_total", unit: "requests", "Requests taken into the ledger.")
    static let duplicates = MetricFamily(
        .counter, "rocketsms_requests_duplicate_total", unit: "requests", "Requests dropped because their id was known already.")
    static let repeatsThatDiffer = MetricFamily(
        .counter, "rocketsms_requests_duplicate_different_total", unit: "requests",
        "Requests dropped because their id was open, with other content.")
    static let unusableSenders = MetricFamily(
        .counter, "rocketsms_senders_not_usable_total", unit: "requests", "Requests by senders not checked and registered.")
    static let missingTemplates = MetricFamily(
        .counter, "rocketsms_templates_missing_total", unit: "requests", "Requests by a template the account has not.")
    static let seekBacks = MetricFamily(
        .counter, "rocketsms_seek_backs_total", unit: "times",
        "Times that the Kafka client jumped ahead and was sent back; soon after an assignment.")
    static let gaps = MetricFamily(
        .counter, "rocketsms_offset_gaps_total", unit: "gaps", "Offsets skipped by the log itself: transaction markers, retention.")
    static let commands = MetricFamily(
        .counter, "rocketsms_commands_total", unit: "commands", labels: [.of("result", ["applied", "dropped"])],
        "Operators' commands by result.")
    static let deadLetters = MetricFamily(
        .counter, "rocketsms_dead_letters_total", unit: "records", labels: [.of("code", DeadLetterCode.allCases.map(\.rawValue))],
        "Dead letters by code.")

    // MARK: Requests
    static let waiting = MetricFamily(
        .gauge, "rocketsms_requests_waiting", unit: "requests", "Requests with no attempt under way.")
    static let waitingBy = MetricFamily(
        .gauge, "rocketsms_requests_waiting_by_reason", unit: "requests",
        labels: [.of("reason", ["due", "account", "key", "backoff", "schedule"])],
        "The same by what they wait for: due (their turn), account (paused), key (an earlier one with it), backoff, schedule (sendAt).")
    static let oldestDue = MetricFamily(
        .gauge, "rocketsms_oldest_due_seconds", unit: "seconds", labels: [.of("lane", ["priority", "bulk"])],
        "How long the request that is next has waited since its record, `sendAt` or backoff, without account pauses; 0: none may begin.")
    static let workDue = MetricFamily(
        .gauge, "rocketsms_work_due", unit: "requests",
        "Unread records and requests whose turn it is: what more workers would send sooner, unless the rate limit or the provider holds it. 0 while the account is paused."
    )
    static let sending = MetricFamily(
        .gauge, "rocketsms_requests_sending", unit: "requests", "Requests whose intent is written or under way to the ledger.")
    static let held = MetricFamily(
        .gauge, "rocketsms_requests_held", unit: "requests", "Requests of unknown outcome that wait for an operator.")
    static let tracking = MetricFamily(
        .gauge, "rocketsms_messages_tracking", unit: "messages", "Accepted messages without a final status.")
    static let trackingBytes = MetricFamily(
        .gauge, "rocketsms_messages_tracking_bytes", unit: "bytes",
        "What is kept in memory of them, beside about 150 bytes each: ids, keys, metadata, traces.")

    // MARK: The provider
    static let attempts = MetricFamily(.counter, "rocketsms_attempts_total", unit: "attempts", "POSTs of a message to the provider.")
    static let retries = MetricFamily(
        .counter, "rocketsms_retries_total", unit: "attempts",
        "Those of them that follow one that was not sent, or whose outcome is unknown.")
    static let outcomes = MetricFamily(
        .counter, "rocketsms_attempt_outcomes_total", unit: "attempts",
        labels: [.of("outcome", ["accepted", "refused", "account", "not_sent", "not_begun", "unknown"])], "What attempts ended in.")
    static let receiptsRead = MetricFamily(
        .counter, "rocketsms_receipts_total", unit: "receipts", labels: [.of("verdict", ["matched", "kept", "passed"])],
        "SMPP: receipts read: of a message here, kept for one whose answer is awaited, or of others. Every worker reads all.")
    static let receiptsLost = MetricFamily(
        .counter, "rocketsms_receipts_lost_total", unit: "receipts", "SMPP: receipts that retention took before they were read.")
    static let receiptsClaimed = MetricFamily(
        .counter, "rocketsms_receipts_claimed_total", unit: "receipts",
        "SMPP: kept receipts whose message had its id then: they came before the answer.")
    static let receiptsKept = MetricFamily(
        .gauge, "rocketsms_receipts_kept", unit: "receipts", "SMPP: receipts that are kept for a message whose answer is awaited.")
    static let receiptsLag = MetricFamily(
        .gauge, "rocketsms_receipts_lag", unit: "receipts",
        "SMPP: records of the receipts topic that are not read yet, as of the last fetch; NaN: not known.")
    static let receiptsAppliedLag = MetricFamily(
        .gauge, "rocketsms_receipts_applied_lag", unit: "receipts",
        "SMPP: receipts that were read, and that a new owner of the worst open partition would read again; NaN: none is open.")
    static let receiptsUnreadable = MetricFamily(
        .counter, "rocketsms_receipts_unreadable_total", unit: "records",
        "SMPP: records of the receipts topic that no worker here can read.")
    static let receiptMismatches = MetricFamily(
        .counter, "rocketsms_receipt_address_mismatches_total", unit: "receipts",
        "SMPP: receipts whose id is a message's and whose addresses are not (SMPP_RECEIPT_ADDRESS).")
    static let deliveries = MetricFamily(
        .counter, "rocketsms_smpp_deliveries_total", unit: "deliveries", labels: [.of("kind", ["receipt", "other"])],
        "SMPP: what the message centre delivered here: receipts, and what is none or has no id, which is answered and let go.")
    static let receiptsWritten = MetricFamily(
        .counter, "rocketsms_receipts_written_total", unit: "receipts", "SMPP: receipts written to their topic, and answered then.")
    static let receiptsUnwritten = MetricFamily(
        .gauge, "rocketsms_receipts_unwritten", unit: "receipts", "SMPP: receipts that came and are not written yet.")
    static let receiptWriteFailures = MetricFamily(
        .counter, "rocketsms_receipt_write_failures_total", unit: "receipts",
        "SMPP: attempts to write a receipt that failed; each is made again.")
    static let receiptsNotTaken = MetricFamily(
        .counter, "rocketsms_receipts_not_taken_total", unit: "receipts",
        "SMPP: receipts that were not answered because too many waited to be written: they come again.")
    static let doorShut = MetricFamily(
        .gauge, "rocketsms_smpp_door_shut", "SMPP: 1 while no message can go out: no bind, or receipts cannot be written. 0 over HTTP.")
    static let binds = MetricFamily(
        .counter, "rocketsms_smpp_binds_total", unit: "binds", "SMPP: binds that the message centre granted.")
    static let partsInWindow = MetricFamily(
        .gauge, "rocketsms_smpp_parts_in_window", unit: "parts", "SMPP: parts that are out and not answered (SMPP_WINDOW at most).")
    static let throttles = MetricFamily(
        .counter, "rocketsms_smpp_throttles_total", unit: "parts",
        "SMPP: parts that the message centre did not take because there were too many (0x58, 0x14): they go out later.")
    static let smppNotices = MetricFamily(
        .counter, "rocketsms_smpp_notices_total", unit: "times",
        "SMPP: oddities of the message centre: what cannot be read, answers to nothing, requests that it should not make.")
    static let lateAnswers = MetricFamily(
        .counter, "rocketsms_late_answers_total", unit: "parts", "SMPP: parts that were given up as unknown, and taken after all.")
    static let polls = MetricFamily(.counter, "rocketsms_polls_total", unit: "polls", "Questions for the status of a message.")
    static let requestTime = MetricFamily(
        .histogram(Histogram.roundTrips), "rocketsms_provider_request_seconds", unit: "seconds",
        labels: [
            .of("endpoint", ["send", "status"]), .of("outcome", ["accepted", "answered", "refused", "account", "not_sent", "unknown"]),
        ],
        "From a slot to the provider's answer; accepted and not_sent of send alone, answered of status alone.")
    static let inFlight = MetricFamily(.gauge, "rocketsms_posts_in_flight", unit: "attempts", "POSTs under way.")
    static let accountPaused = MetricFamily(
        .gauge, "rocketsms_account_paused", "1 while bad credentials or missing credit stop all attempts.")
    static let credits = MetricFamily(
        .gauge, "rocketsms_account_credits", unit: "credits",
        "SMS parts that the account can still pay for, as it said last; NaN: not known, or not asked (ROCKETSMS_CHECK_BALANCE).")
    static let creditTime = MetricFamily(
        .gauge, "rocketsms_account_credit_seconds", unit: "seconds",
        "How long they last at the pace of the last hour, by the account's own word; +Inf: none are spent; NaN: not known.")
    static let spent = MetricFamily(
        .counter, "rocketsms_credits_spent_total", unit: "credits", "Credits that the provider named as the cost of accepted messages.")
    static let breakerOpen = MetricFamily(
        .gauge, "rocketsms_breaker_open", "1 while the provider fails or answers slowly, and fewer requests are under way at a time.")
    static let paceWidth = MetricFamily(
        .gauge, "rocketsms_pace_width", unit: "requests", labels: [.of("endpoint", ["send", "status"])],
        "Requests that may be under way at a time; 1 also while there are only probes.")
    static let paceFailures = MetricFamily(
        .gauge, "rocketsms_pace_failure_ratio", unit: "ratio", labels: [.of("endpoint", ["send", "status"])],
        "The share of the last answers that speak against the provider: none, late, 5xx.")
    static let refusalsNarrow = MetricFamily(
        .gauge, "rocketsms_refusals_narrow", "1 while all messages are refused alike and tried one by one.")

    // MARK: Events
    static let events = MetricFamily(
        .counter, "rocketsms_events_total", unit: "events", labels: [.of("status", MessageStatus.allCases.map { "\($0.name)" })],
        "Status events by status.")
    static let failed = MetricFamily(
        .counter, "rocketsms_failed_total", unit: "events",
        labels: [
            .of("reason", EventMetrics.reasons.map(\.code)), .of("kind", EntryEvent.Reason.Kind.allCases.map(\.rawValue)),
        ], "FAILED events by reason and its kind; PROVIDER stands for every code of the provider.")
    static let possibleDuplicates = MetricFamily(
        .counter, "rocketsms_possible_duplicates_total", unit: "events",
        "Final events of requests with an attempt of unknown outcome.")
    static let firstEvent = MetricFamily(
        .histogram(Histogram.roundTrips), "rocketsms_first_event_seconds", unit: "seconds",
        "From the time of a request's record to its first status event.")
    static let deliveryTime = MetricFamily(
        .histogram(toThreeDays), "rocketsms_delivery_seconds", unit: "seconds",
        labels: [.of("status", MessageStatus.allCases.map { "\($0.name)" })],
        "From acceptance, or a later sendAt, to the final event; QUEUED and SENT where none came within the horizon.")

    // MARK: The ledger
    static let commits = MetricFamily(
        .counter, "rocketsms_transactions_total", unit: "transactions", "Transactions committed.")
    static let committedRecords = MetricFamily(
        .counter, "rocketsms_transaction_records_total", unit: "records", "Records in committed transactions.")
    static let commitTime = MetricFamily(
        .histogram(aroundCommits), "rocketsms_commit_seconds", unit: "seconds", "From the beginning of a transaction to its commit.")
    static let lastCommit = MetricFamily(
        .gauge, "rocketsms_last_commit_timestamp_seconds", unit: "seconds",
        "When a transaction was last committed, since 1970; 0: none yet. An idle worker commits nothing.")
    static let aborted = MetricFamily(
        .counter, "rocketsms_transactions_aborted_total", unit: "transactions", "Transactions that did not commit.")
    static let fencings = MetricFamily(
        .counter, "rocketsms_fencings_total", unit: "times", "Times that Kafka's side was made anew inside the process.")
    static let producersRenewed = MetricFamily(
        .counter, "rocketsms_kafka_producers_renewed_total", unit: "producers",
        "Producers made anew because a broker did not answer a request of a transaction.")
    static let tombstones = MetricFamily(
        .counter, "rocketsms_ledger_tombstones_total", unit: "records", "Closed ids that left the ledger.")
    static let closedIDs = MetricFamily(
        .gauge, "rocketsms_ledger_closed_ids", unit: "ids", "Ids of closed requests kept for the dedup window.")

    // MARK: Partitions
    static let ready = MetricFamily(.gauge, "rocketsms_ready", "1 while /readyz answers 200.")
    static let partitionsOwned = MetricFamily(
        .gauge, "rocketsms_partitions_owned", unit: "partitions", "Request partitions assigned to this worker.")
    static let partitionsClosed = MetricFamily(
        .gauge, "rocketsms_partitions_closed", unit: "partitions", "Assigned partitions that are not open (yet).")
    static let rebalances = MetricFamily(
        .counter, "rocketsms_rebalances_total", unit: "times", labels: [.of("event", ["assigned", "revoked", "lost"])],
        "Times that partitions came or went.")
    static let restoreTime = MetricFamily(
        .histogram(Histogram.roundTrips), "rocketsms_restore_seconds", unit: "seconds", "Reading the ledger of one partition.")
    static let restoredRecords = MetricFamily(
        .counter, "rocketsms_restored_records_total", unit: "records", "Ledger records read by restores.")
    static let restoreFailures = MetricFamily(
        .counter, "rocketsms_restore_failures_total", unit: "restores",
        "Ledgers of a partition that could not be read and are tried again.")

    // MARK: Kafka's client
    static let lag = MetricFamily(
        .gauge, "rocketsms_kafka_consumer_lag", unit: "records",
        labels: [.open("topic", "request topics of the configuration, while partitions of them are open here")],
        "Records of the request topic that are not read yet, in this worker's open partitions.")
    static let brokersUp = MetricFamily(
        .gauge, "rocketsms_kafka_brokers_up", unit: "nodes", "Kafka nodes that the consumer has a connection to.")
    static let roundTrip = MetricFamily(
        .gauge, "rocketsms_kafka_broker_rtt_seconds", unit: "seconds",
        "From request to answer: the highest average of a connection, with what fetches wait for records.")
    static let requestTimeouts = MetricFamily(
        .counter, "rocketsms_kafka_request_timeouts_total", unit: "requests",
        "The consumer's requests that Kafka did not answer in time.")
    static let sentBytes = MetricFamily(
        .counter, "rocketsms_kafka_sent_bytes_total", unit: "bytes", "Bytes that the consumer sent to Kafka.")
    static let receivedBytes = MetricFamily(
        .counter, "rocketsms_kafka_received_bytes_total", unit: "bytes", "Bytes that the consumer received from Kafka.")
    static let unreadableStatistics = MetricFamily(
        .counter, "rocketsms_kafka_statistics_unreadable_total", unit: "times",
        "Times that the client library's figures could not be read: the lag is absent then.")

    // MARK: The process
    static let build = MetricFamily(
        .info, "rocketsms_build_info",
        labels: [.open("version", "one a process"), .open("librdkafka", "one a process: the version of the linked library")],
        "What runs.")
    static let cpuSeconds = MetricFamily(
        .counter, "process_cpu_seconds_total", unit: "seconds", "Processor time of this process, in user and system mode.")
    static let residentBytes = MetricFamily(.gauge, "process_resident_memory_bytes", unit: "bytes", "Memory that is resident.")
    static let virtualBytes = MetricFamily(.gauge, "process_virtual_memory_bytes", unit: "bytes", "Address space.")
    static let openDescriptors = MetricFamily(.gauge, "process_open_fds", unit: "descriptors", "Open file descriptors.")
    static let mostDescriptors = MetricFamily(
        .gauge, "process_max_fds", unit: "descriptors", "File descriptors that may be open.")
    static let startTime = MetricFamily(
        .gauge, "process_start_time_seconds", unit: "seconds", "When this process began, since 1970.")

    // MARK: audit --follow
    static let auditFindings = MetricFamily(
        .counter, "rocketsms_audit_findings_total", unit: "findings",
        labels: [.of("guarantee", AuditFinding.Guarantee.allCases.map(\.rawValue))], "Breaches of a guarantee that the topics showed.")
    static let auditRequests = MetricFamily(
        .counter, "rocketsms_audit_requests_total", unit: "requests", "Records of the request topics that were held against the rest.")
    static let auditRemembered = MetricFamily(
        .gauge, "rocketsms_audit_remembered", unit: "requests", "Open requests and ids of the ledgers that it keeps in memory.")
    static let auditRestarts = MetricFamily(
        .counter, "rocketsms_audit_restarts_total", unit: "times",
        "Times that it began anew: what lay between is not judged, `audit` without --follow does.")
    static let auditPassed = MetricFamily(
        .gauge, "rocketsms_audit_last_pass_timestamp_seconds", unit: "seconds",
        "When it last had read all topics to their ends, since 1970.")

    /// Around what two producers in turn need (5 to 15 ms), and where one alone stands (above 30 ms).
    private static let aroundCommits: [Duration] = [
        2, 5, 7.5, 10, 12.5, 15, 20, 30, 50, 75, 100, 150, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000,
    ].map { .milliseconds($0) }

    /// The first polls, minutes, hours, and the default horizon.
    private static let toThreeDays: [Duration] = [
        1, 2, 5, 10, 20, 60, 120, 300, 900, 1_800, 3_600, 10_800, 21_600, 43_200, 86_400, 172_800, 259_200,
    ].map { .seconds($0) }

    /// Of `audit --follow`, a process of its own.
    package static let follow: (title: String, families: [MetricFamily]) = (
        "`audit --follow`", [auditFindings, auditRequests, auditRemembered, auditRestarts, auditPassed]
    )

    /// In the order of the flow.
    // MARK: Traces
    static let spansExported = MetricFamily(
        .counter, "rocketsms_spans_exported_total", unit: "spans", "Spans that the collector of traces took.")
    static let spansDropped = MetricFamily(
        .counter, "rocketsms_spans_dropped_total", unit: "spans", labels: [.of("reason", ["full", "refused"])],
        "Spans that it did not get: it is slower than they come, or it refused them or did not answer.")

    package static let sections: [(title: String, families: [MetricFamily])] = [
        (
            "Reading",
            [
                consumed, admitted, duplicates, repeatsThatDiffer, deadLetters, commands, unusableSenders, missingTemplates, gaps,
                seekBacks,
            ]
        ),
        ("Requests and messages", [waiting, waitingBy, workDue, oldestDue, sending, held, tracking, trackingBytes]),
        (
            "The provider",
            [
                attempts, retries, outcomes, polls, requestTime, inFlight, breakerOpen, paceWidth, paceFailures, refusalsNarrow,
                accountPaused, credits, creditTime, spent,
            ]
        ),
        (
            "SMPP",
            [
                doorShut, binds, partsInWindow, throttles, lateAnswers, deliveries, smppNotices, receiptsWritten, receiptsUnwritten,
                receiptWriteFailures, receiptsNotTaken, receiptsRead, receiptsClaimed, receiptsKept, receiptMismatches, receiptsLag,
                receiptsAppliedLag, receiptsLost, receiptsUnreadable,
            ]
        ),
        ("Events", [events, failed, possibleDuplicates, firstEvent, deliveryTime]),
        (
            "The ledger",
            [commits, committedRecords, commitTime, lastCommit, aborted, fencings, producersRenewed, tombstones, closedIDs]
        ),
        ("Partitions", [ready, partitionsOwned, partitionsClosed, rebalances, restoreTime, restoredRecords, restoreFailures]),
        (
            "Kafka's client", [lag, brokersUp, roundTrip, requestTimeouts, sentBytes, receivedBytes, unreadableStatistics]
        ),
        ("Traces", [spansExported, spansDropped]),
        ("The process", [build, cpuSeconds, residentBytes, virtualBytes, openDescriptors, mostDescriptors, startTime]),
    ]
}
