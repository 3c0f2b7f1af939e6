internal import EventLoop
package import Requests
package import SMSPipeline
internal import Time

/// Holds the topics against the guarantees while they grow, from a beginning on. A pure value; a reader feeds it in passes.
///
/// A pass has the order of an audit, and its reason: the group's offsets first, then what the ledgers have got since, then events and dead
/// letters, then the requests up to those offsets. Each up to an end above open transactions; so what an earlier topic says has its other
/// half in a later one, and what is not there is missing.
///
/// Memory: of each id in a ledger 40 bytes (what the worker's own window keeps, `DEDUP_WINDOW` and `DEDUP_MAX_ENTRIES`, and what is open), of
/// each open request that had events 150. A request is forgotten with the pass that has seen its end on all sides. Who falls so far behind
/// that more than `limit` requests are in the air, or who finds more than `findingLimit` in one pass, begins anew (`isOverrun`).
package struct AuditFollow: Sendable {
    /// Requests with events or a dead letter at once.
    package static let limit = 1_000_000
    /// Findings of one pass: a flood of records that no worker wrote is no reason to keep them all.
    package static let findingLimit = 10_000

    private struct Partition: Sendable {
        var ledger = AuditLedger()
        /// Requests before it are judged, or were before the beginning.
        var frontier: Int64
        /// The group's offset in this pass.
        var committed: Int64
        /// The frontier when this pass began.
        var start: Int64
        /// Ids that the ledger has forgotten in this pass and the one before, with the offset of their request: a repeat may be read still.
        var forgotten: [[RequestHash: Int64]] = [[:], [:]]
    }

    /// An event or a dead letter, for the next pass: what it says must be in the ledger by then.
    private struct Touch: Sendable {
        var id: String?
        var sequence = 0
        var isFinal = false
    }

    private let topics: [String: Int32]
    private let limit: Int
    private var partitions: [PartitionKey: Partition] = [:]
    private var courses: [AuditPlace: RequestCourse] = [:]
    /// Closed or forgotten by the ledger in this pass: their final event is due in the same.
    private var closing: [AuditPlace: String] = [:]
    /// With their final event, until the ledger has closed them and their record is judged.
    private var ending: [AuditPlace: RequestHash] = [:]
    private var touched: [AuditPlace: Touch] = [:]
    private var touchedBefore: [AuditPlace: Touch] = [:]
    /// Places with events or a dead letter whose record was seen in this pass.
    private var judged: Set<AuditPlace> = []
    /// Until the first pass is over: what has ended just before the beginning may show its last events.
    private var isBeginning = true
    private var findings: [AuditFinding] = []

    package private(set) var counts = AuditCounts()
    /// More is in the air than is kept: begin anew.
    package private(set) var isOverrun = false

    /// - Parameter topics: the request topics.
    package init(topics: [String], limit: Int = Self.limit) {
        self.limit = limit
        self.topics = Dictionary(topics.enumerated().map { ($1, Int32($0)) }) { first, _ in first }
    }

    /// Requests and ids that are kept in memory.
    package var remembered: Int { courses.count + partitions.values.reduce(0) { $0 + $1.ledger.count } }

    /// What was found since the last call.
    package mutating func takeFindings() -> [AuditFinding] {
        defer { findings = [] }
        return findings
    }

    // MARK: Beginning

    /// - Parameters:
    ///   - partition: of a request topic.
    ///   - committed: the group's offset, asked after the ends of status and dead letters from which on these are read.
    package mutating func begin(_ partition: PartitionKey, committed: Int64) {
        partitions[partition] = Partition(frontier: committed, committed: committed, start: committed)
    }

    /// What its ledger has at the beginning. A record that no worker of this format wrote says nothing of its request.
    package mutating func begin(ledgerOf partition: PartitionKey, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?) {
        try? partitions[partition]?.ledger.add(key: key, value: value)
    }

    /// After the ledger: a group that has no offset has read what the ledger says.
    package mutating func beginWhereTheLedgerStands(_ partition: PartitionKey) {
        guard let recorded = partitions[partition]?.ledger.recordedOffset else { return }
        partitions[partition]?.frontier = recorded
        partitions[partition]?.committed = recorded
        partitions[partition]?.start = recorded
    }

    // MARK: A pass

    /// - Returns: whether the offset was set back: what stands behind it will be read again, and nothing of it can be judged.
    package mutating func beginPass(_ partition: PartitionKey, committed: Int64?, end: Int64) -> Bool {
        guard let known = partitions[partition] else { return false }
        let committed = committed ?? known.ledger.recordedOffset
        if committed < known.frontier { return true }
        partitions[partition]?.committed = committed
        partitions[partition]?.start = known.frontier
        for (place, touch) in touchedBefore where isOf(place, partition) && place.offset >= committed {
            let what = place.offset >= end ? "is not there" : "was not read yet"
            find(.nothingLost, position(place, partition), id: touch.id, "events or a dead letter of a record that \(what)")
            forget(place)
        }
        return false
    }

    package mutating func see(ledgerOf partition: PartitionKey, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?) {
        guard let key, !key.isEmpty else { return begin(ledgerOf: partition, key: key, value: value) }
        let hash = RequestHash(id: key)
        let before = partitions[partition]?.ledger.look(hash)
        begin(ledgerOf: partition, key: key, value: value)
        let after = partitions[partition]?.ledger.look(hash)
        if let before, after == nil {
            partitions[partition]?.forgotten[0][hash] = before.offset
            if before.isOpen { isClosed(partition, before.offset, key) }
        }
        if let after, !after.isOpen, before?.offset != after.offset || before?.isOpen == true { isClosed(partition, after.offset, key) }
    }

    private mutating func isClosed(_ partition: PartitionKey, _ offset: Int64, _ key: UnsafeRawBufferPointer) {
        guard let place = place(RecordPosition(topic: partition.topic, partition: partition.partition, offset: offset)) else { return }
        closing[place] = String(decoding: key, as: UTF8.self)
    }

    /// - Parameters:
    ///   - event: nil: a record that is no status event.
    ///   - record: its place on the status topic.
    package mutating func see(_ event: PublishedEvent?, record: RecordPosition) {
        counts.events += 1
        guard let event else { return find(.exactlyOnce, record, id: nil, "a record on the status topic that is no status event") }
        // Another installation may share the topic.
        guard let place = place(event.position) else { return }
        let hash = RequestHash(id: Array(event.requestID.utf8))
        if courses[place] == nil, !isExpected(place, event.position, hash) {
            if !isBeginning {
                find(.exactlyOnce, event.position, id: event.requestID, "an event of a request that had ended, or never was")
            }
            return
        }
        for complaint in courses[place, default: RequestCourse()].add(event) {
            find(complaint.guarantee, event.position, id: event.requestID, complaint.what)
        }
        if event.isFinal { ending[place] = hash }
        touched[place] = Touch(id: event.requestID, sequence: event.sequence, isFinal: event.isFinal)
        isOverrun = isOverrun || courses.count > limit
    }

    /// Whether a first event may come of this request.
    private func isExpected(_ place: AuditPlace, _ position: RecordPosition, _ hash: RequestHash) -> Bool {
        guard let partition = partitions[PartitionKey(topic: position.topic, partition: position.partition)] else { return false }
        if position.offset >= partition.frontier || closing[place] != nil || partition.ledger.isUnreadable(hash) { return true }
        guard let look = partition.ledger.look(hash) else { return false }
        return look.isOpen && look.offset == position.offset
    }

    /// - Parameter position: of the bad record.
    package mutating func see(deadLetterOf position: RecordPosition) {
        guard let place = place(position), let partition = partitions[PartitionKey(topic: position.topic, partition: position.partition)]
        else {
            return
        }
        if courses[place] == nil, position.offset < partition.frontier {
            if !isBeginning { find(.nothingLost, position, id: nil, "a dead letter of a record that had ended") }
            return
        }
        courses[place, default: RequestCourse()].addDeadLetter()
        touched[place] = touched[place] ?? Touch()
        isOverrun = isOverrun || courses.count > limit
    }

    /// Up to where the requests of a partition are judged in this pass, from its frontier on.
    package func range(of partition: PartitionKey) -> Range<Int64>? {
        partitions[partition].map { $0.frontier..<max($0.frontier, $0.committed) }
    }

    /// A record of a request topic within the range.
    package mutating func see(_ decoded: DecodedRecord, at position: RecordPosition) {
        guard let place = place(position) else { return }
        if courses[place] != nil { judged.insert(place) }
        let course = courses[place] ?? RequestCourse()
        partitions[PartitionKey(topic: position.topic, partition: position.partition)]?.frontier = position.offset.clampedSum(1)
        let id: String?
        let verdict: RequestVerdict
        switch decoded {
        case .command:
            counts.commands += 1
            if course.events > 0 { find(.nothingLost, position, id: nil, "it is a command, and has events") }
            return forget(place)
        case .deadLetter(let reason):
            id = reason.requestID.map { String(decoding: $0, as: UTF8.self) }
            verdict = RequestVerdict(bad: course)
        case .request(let request):
            id = String(decoding: request.echo.id, as: UTF8.self)
            verdict = RequestVerdict(request, course, memory(request, position), seesAll: true)
        }
        if course.events > 0, course.firstSequence > 1 {
            find(.exactlyOnce, position, id: id, "its events begin with sequence \(course.firstSequence)")
        }
        for complaint in verdict.complaints { find(complaint.guarantee, position, id: id, complaint.what) }
        count(verdict.end, place, position, id)
    }

    private func memory(_ request: SendRequest, _ position: RecordPosition) -> RequestVerdict.Memory {
        guard let partition = partitions[PartitionKey(topic: position.topic, partition: position.partition)] else {
            return RequestVerdict.Memory()
        }
        let hash = RequestHash(id: request.echo.id)
        let look = partition.ledger.look(hash)
        let earlier = ([look?.offset] + partition.forgotten.map { $0[hash] }).compactMap(\.self)
        return RequestVerdict.Memory(
            own: look.flatMap { $0.offset == position.offset ? $0 : nil }, isUnreadable: partition.ledger.isUnreadable(hash),
            isRepeat: earlier.contains { $0 < position.offset })
    }

    private mutating func count(_ end: RequestVerdict.End, _ place: AuditPlace, _ position: RecordPosition, _ id: String?) {
        switch end {
        case .ended: counts.ended += 1
        case .open: counts.open += 1
        case .repeats: counts.repeats += 1
        case .deadLetter:
            counts.deadLetters += 1
            forget(place)
        case .missing(_, let what):
            // What the ledger has closed in this pass is judged at its end.
            guard closing[place] == nil else { return }
            counts.lost += 1
            find(.nothingLost, position, id: id, what)
            forget(place)
        }
    }

    /// After the requests.
    package mutating func endPass() {
        findMissingRecords()
        for (place, id) in closing.sorted(by: { $0.key < $1.key }) where courses[place]?.isFinal != true {
            counts.lost += 1
            find(.nothingLost, position(place, nil), id: id, RequestVerdict.closedWithoutEnd)
            forget(place)
        }
        closing = [:]
        for (place, touch) in touchedBefore.sorted(by: { $0.key < $1.key }) where courses[place] != nil { compare(place, touch) }
        for (place, hash) in ending where !isOpen(place, hash) && isJudged(place) { forget(place) }
        for partition in partitions.keys {
            guard let committed = partitions[partition]?.committed, let frontier = partitions[partition]?.frontier else { continue }
            partitions[partition]?.frontier = max(frontier, committed)
            partitions[partition]?.forgotten.insert([:], at: 0)
            partitions[partition]?.forgotten.removeLast()
        }
        (touchedBefore, touched) = (touched, [:])
        isBeginning = false
    }

    /// Between the records that were read there may be none: a marker of a transaction has an offset too.
    private mutating func findMissingRecords() {
        for place in Set(touched.keys).union(touchedBefore.keys).subtracting(judged).sorted() where courses[place] != nil {
            guard let partition = partitions[key(place)],
                (partition.start..<max(partition.start, partition.committed)).contains(place.offset)
            else { continue }
            let touch = touched[place] ?? touchedBefore[place]
            find(.nothingLost, position(place, nil), id: touch?.id, "events or a dead letter of a record that is not there")
            forget(place)
        }
        judged = []
    }

    /// An event that was there before this pass has its ledger record in it.
    private mutating func compare(_ place: AuditPlace, _ touch: Touch) {
        guard let id = touch.id, let look = partitions[key(place)]?.ledger.look(RequestHash(id: Array(id.utf8))),
            look.offset == place.offset,
            let sequence = look.sequence
        else { return }
        if touch.isFinal {
            find(.exactlyOnce, position(place, nil), id: id, "it has a final event, and the ledger has it open")
        } else if sequence < touch.sequence {
            find(
                .exactlyOnce, position(place, nil), id: id, "an event has sequence \(touch.sequence), and the ledger stands at \(sequence)")
        }
    }

    private func isOpen(_ place: AuditPlace, _ hash: RequestHash) -> Bool {
        guard let look = partitions[key(place)]?.ledger.look(hash) else { return false }
        return look.isOpen && look.offset == place.offset
    }

    private func isJudged(_ place: AuditPlace) -> Bool { partitions[key(place)].map { place.offset < $0.frontier } ?? true }

    // MARK: Places

    private mutating func forget(_ place: AuditPlace) {
        courses[place] = nil
        ending[place] = nil
        touched[place] = nil
        touchedBefore[place] = nil
    }

    private func place(_ position: RecordPosition) -> AuditPlace? {
        guard let topic = topics[position.topic], partitions[PartitionKey(topic: position.topic, partition: position.partition)] != nil
        else {
            return nil
        }
        return AuditPlace(topic: topic, partition: position.partition, offset: position.offset)
    }

    private func key(_ place: AuditPlace) -> PartitionKey {
        PartitionKey(topic: topics.first { $0.value == place.topic }?.key ?? "", partition: place.partition)
    }

    private func isOf(_ place: AuditPlace, _ partition: PartitionKey) -> Bool {
        topics[partition.topic] == place.topic && partition.partition == place.partition
    }

    private func position(_ place: AuditPlace, _ partition: PartitionKey?) -> RecordPosition {
        RecordPosition(topic: (partition ?? key(place)).topic, partition: place.partition, offset: place.offset)
    }

    private mutating func find(_ guarantee: AuditFinding.Guarantee, _ position: RecordPosition, id: String?, _ what: String) {
        findings.append(AuditFinding(guarantee, position, id: id, what))
        isOverrun = isOverrun || findings.count >= Self.findingLimit
    }
}
