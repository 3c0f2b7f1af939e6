internal import EventLoop
package import Requests
package import SMSPipeline
internal import Time

/// Holds the topics against the guarantees that they show: G1, G4, and what events and ledger still tell of G3.
///
/// A pure value; a reader feeds it. The order matters where workers run meanwhile: committed offsets first, then the ledgers, then events and
/// dead letters, then the requests, each up to an end above open transactions. Then what an earlier topic says has its other half in a later
/// one, and what is not there is missing. Over SMPP receipts come before the ledgers, and what was added is read behind the events.
///
/// Memory: some 150 bytes for each request that has an event or a dead letter, 40 for each id in a ledger, 20 for each id of one partition.
package struct Audit: Sendable {
    package static let findingLimit = 1_000

    /// The partition whose requests are read now.
    struct Partition: Sendable {
        let ledger: AuditLedger
        let consumed: Int64
        /// Records older than this may repeat one that has been deleted.
        var repeatHorizon: Int64?
        let isWhole: Bool
        var ids: Set<RequestHash> = []
    }

    private var topics: [String: Int32] = [:]
    private var ledgers: [PartitionKey: AuditLedger] = [:]
    private var courses: [AuditPlace: RequestCourse] = [:]
    private var lows: [PartitionKey: Int64] = [:]
    var current: Partition?
    /// Requests from here on have all their events; nothing has been deleted: from ever.
    private(set) var horizon = Int64.min
    /// Milliseconds that an id may live from its record to the end of its dedup window.
    private let idLifetime: Int64

    /// The first ones.
    package private(set) var findings: [AuditFinding] = []
    package private(set) var findingCount = 0
    package internal(set) var counts = AuditCounts()
    var receipts: AuditReceipts?

    /// - Parameters:
    ///   - idLifetime: from a record to the end of its id's dedup window, at most.
    ///   - receipts: over SMPP, the log that is read as well.
    package init(idLifetime: Duration, receipts: AuditReceipts? = nil) {
        self.idLifetime = idLifetime.milliseconds
        self.receipts = receipts
    }

    // MARK: Ledgers

    /// - Parameter partition: of the request topic.
    /// - Throws: for a record that no worker of this format wrote; nothing is judged of its request, and the audit goes on.
    package mutating func see(ledgerOf partition: PartitionKey, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?)
        throws(LedgerError)
    {
        try ledgers[partition, default: AuditLedger()].add(key: key, value: value)
    }

    // MARK: Status and dead letters

    /// A partition of the status or the dead-letter topic has lost its beginning to retention.
    ///
    /// - Parameter oldest: timestamp of its first record; nil: it has none.
    package mutating func historyBegins(at oldest: Int64?) { horizon = max(horizon, oldest ?? .max) }

    /// - Parameters:
    ///   - event: nil: a record that is no status event.
    ///   - record: its place on the status topic.
    package mutating func see(_ event: PublishedEvent?, record: RecordPosition) {
        counts.events += 1
        guard let event else {
            find(.exactlyOnce, record, id: nil, "a record on the status topic that is no status event")
            return
        }
        let place = place(event.position)
        receipts?.see(event, at: place)
        for complaint in courses[place, default: RequestCourse()].add(event) {
            find(complaint.guarantee, event.position, id: event.requestID, complaint.what)
        }
    }

    /// - Parameter position: of the bad record.
    package mutating func see(deadLetterOf position: RecordPosition) {
        courses[place(position), default: RequestCourse()].addDeadLetter()
    }

    // MARK: Requests

    /// What follows are the records of this partition, in order.
    ///
    /// - Parameters:
    ///   - low: where its log begins.
    ///   - committed: the group's offset; nil: none, or it may not be asked.
    package mutating func begin(_ partition: PartitionKey, low: Int64, committed: Int64?) {
        let ledger = ledgers.removeValue(forKey: partition) ?? AuditLedger()
        counts.damaged += ledger.damaged
        lows[partition] = low
        judgeParts(of: ledger, partition)
        current = Partition(ledger: ledger, consumed: max(committed ?? 0, ledger.recordedOffset), isWhole: low == 0)
    }

    /// A record of a request topic.
    ///
    /// - Parameter timestamp: milliseconds since 1970.
    package mutating func see(_ decoded: DecodedRecord, at position: RecordPosition, timestamp: Int64) {
        precondition(current != nil, "begin names the partition first")
        if current?.isWhole == false, current?.repeatHorizon == nil { current?.repeatHorizon = timestamp.clampedSum(idLifetime) }
        let place = place(position)
        let course = courses.removeValue(forKey: place) ?? RequestCourse()
        let id: String?
        switch decoded {
        case .command:
            counts.commands += 1
            if course.events > 0 { find(.nothingLost, position, id: nil, "it is a command, and has events") }
            return
        case .deadLetter(let reason): id = reason.requestID.map { String(decoding: $0, as: UTF8.self) }
        case .request(let request): id = String(decoding: request.echo.id, as: UTF8.self)
        }
        if let applied = current?.ledger.applied, applied.fingerprint == receipts?.settings.fingerprint, !course.isFinal,
            receipts?.areOver(place, below: applied.position.next) == true
        {
            find(.exactlyOnce, position, id: id, "receipts that count as applied are final for all its ids, and it has no final event")
        }
        if course.events > 0, course.firstSequence > 1, timestamp >= horizon {
            find(.exactlyOnce, position, id: id, "its events begin with sequence \(course.firstSequence)")
        }
        switch decoded {
        case .command: break
        case .deadLetter: judgeBad(course, position, timestamp, id)
        case .request(let request): judge(request, course, position, timestamp, id)
        }
    }

    /// After the last record: what is left has no request.
    package mutating func finish() {
        current = nil
        judgeUnfounded()
        let names = Dictionary(uniqueKeysWithValues: topics.map { ($1, $0) })
        for (place, course) in courses.sorted(by: { $0.key < $1.key }) {
            let topic = names[place.topic] ?? ""
            // Of other topics, or of records that retention has deleted, nothing is known.
            guard let low = lows[PartitionKey(topic: topic, partition: place.partition)], place.offset >= low else { continue }
            let position = RecordPosition(topic: topic, partition: place.partition, offset: place.offset)
            find(.nothingLost, position, id: nil, "\(course.events > 0 ? "events" : "a dead letter") of a record that is not there")
        }
        courses = [:]
    }

    mutating func find(_ guarantee: AuditFinding.Guarantee, _ position: RecordPosition, id: String?, _ what: String) {
        findingCount += 1
        if findings.count < Self.findingLimit { findings.append(AuditFinding(guarantee, position, id: id, what)) }
    }

    private mutating func place(_ position: RecordPosition) -> AuditPlace {
        let number = topics[position.topic] ?? Int32(topics.count)
        topics[position.topic] = number
        return AuditPlace(topic: number, partition: position.partition, offset: position.offset)
    }
}
