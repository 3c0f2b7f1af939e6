internal import JSON
internal import Requests
internal import SMSPipeline
internal import SMSWorker

/// `audit`
struct AuditCommand: Command {
    static let sections: [String]? = ["kafka", "topics", "send", "track", "dedup", "admin", "provider", "smpp"]
    static let configuration = CommandConfiguration(
        name: "audit", abstract: "Hold the topics against the guarantees: nothing lost, and the status stream exactly-once.",
        discussion: """
            Reads the request, ledger, status and dead-letter topics up to where they end now; workers may go on meanwhile. Checked are G1 \
            (every request that was read has its final event, its dead letter or its ledger entry, or repeats an id), G4 (sequences without \
            gap or repeat, statuses only forward, one final event, and it is the last), and of G3 what events and ledger show. Over SMPP (PROVIDER_TRANSPORT, SMPP_HOST, SMPP_PORT, SMPP_SYSTEM_ID as the workers have them) the receipts too: \
            what counts as applied stands in the entries, DELIVERED is founded on the receipts of all ids, what is final has its final event. What retention \
            has deleted is not judged, and counted; so is what a damaged ledger record would have to tell. A finding a line, at most 1,000 of them; exit 1 where there is one. Memory: some 150 \
            bytes a request.
            --follow begins now and reads on: a breach is told within seconds, and it ends with 1, or goes on with --keep-going until \
            SIGTERM. Memory: 40 bytes for each id that a ledger has (DEDUP_WINDOW, DEDUP_MAX_ENTRIES) and 150 for each open request; with \
            more than a million on their way it begins anew and says so. --metrics-port serves /metrics (docs/metrics.md), /livez and \
            /readyz on ADMIN_HOST.
            """,
        example: "audit --kafka-bootstrap-servers broker:9092 --json",
        options: [
            .flag("--follow", "Go on with what comes, from now on."),
            .flag("--keep-going", "With --follow: a finding does not end it."),
            .value("--metrics-port", "NUMBER", "With --follow: serve /metrics there; 0: any free port, which is told."), .json,
        ])

    private let printsJSON: Bool
    private let follow: FollowCall?

    init(_ arguments: ParsedArguments) throws(UsageError) {
        printsJSON = arguments.has("--json")
        let port = try arguments.integer("--metrics-port", in: 0...65_535)
        let goesOn = arguments.has("--keep-going")
        if !arguments.has("--follow"), goesOn || port != nil {
            throw UsageError("\(goesOn ? "--keep-going" : "--metrics-port") belongs to --follow.")
        }
        follow = arguments.has("--follow") ? FollowCall(goesOn: goesOn, metricsPort: port, printsJSON: printsJSON) : nil
    }

    func run(_ context: CommandContext) async throws -> ExitStatus {
        let configuration = try context.load(requiring: .broker).configuration
        let console = context.console
        if let follow { return try await follow.run(configuration, console) }
        let audit = try await Blocking.run { try AuditReader(Cluster(configuration), console).run() }
        if printsJSON {
            try console.print(json: Self.json(audit))
        } else {
            for finding in audit.findings { try console.print(Self.line(finding)) }
            let rest = audit.findingCount - audit.findings.count
            if rest > 0 { try console.print("… and \(rest) more") }
            try console.print(Self.summary(audit))
        }
        return audit.findingCount == 0 && audit.counts.damaged == 0 ? .done : .findings
    }

    static func line(_ finding: AuditFinding) -> String {
        let id = finding.requestID.map { " \(Printable.text($0))" } ?? ""
        return "\(finding.guarantee.rawValue) \(finding.position.text)\(id): \(finding.what)"
    }

    static func summary(_ audit: Audit) -> String {
        let counts = audit.counts
        let parts = [
            (counts.ended, "ended"), (counts.deadLetters, "dead letters"), (counts.open, "open"), (counts.repeats, "repeats"),
            (counts.commands, "commands"), (counts.unread, "not read yet"), (counts.tooOld, "too old to be judged"), (counts.lost, "lost"),
            (counts.damaged, "damaged ledger records"),
        ]
        let shown = parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        let records = shown.isEmpty ? "no records" : shown.joined(separator: ", ")
        return "\(records); \(counts.events) events; \(audit.findingCount == 0 ? "no finding" : "\(audit.findingCount) findings")"
    }

    static func json(_ finding: AuditFinding) -> [UInt8] {
        var writer = JSONWriter()
        write(finding, to: &writer)
        return writer.bytes
    }

    private static func write(_ finding: AuditFinding, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("guarantee", finding.guarantee.rawValue)
        writer.member("topic", finding.position.topic)
        writer.member("partition", finding.position.partition)
        writer.member("offset", finding.position.offset)
        if let id = finding.requestID { writer.member("requestId", id) }
        writer.member("message", finding.what)
        writer.endObject()
    }

    private static func json(_ audit: Audit) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("findingCount", audit.findingCount)
        writer.key("findings" as StaticString)
        writer.beginArray()
        for finding in audit.findings {
            write(finding, to: &writer)
        }
        writer.endArray()
        let counts = audit.counts
        writer.key("records" as StaticString)
        writer.beginObject()
        writer.member("ended", counts.ended)
        writer.member("deadLetters", counts.deadLetters)
        writer.member("open", counts.open)
        writer.member("repeats", counts.repeats)
        writer.member("commands", counts.commands)
        writer.member("unread", counts.unread)
        writer.member("tooOld", counts.tooOld)
        writer.member("lost", counts.lost)
        writer.member("damaged", counts.damaged)
        writer.endObject()
        writer.member("events", counts.events)
        writer.endObject()
        return writer.bytes
    }
}
