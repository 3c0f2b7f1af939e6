import EventLoop
import Requests
import SMSPipeline
import SMSWorker
import Time

/// When nothing goes wrong any more, and everything has had its time.
extension Judge {
    /// What has not ended.
    func judgeLiveness() {
        for made in cases where !isSettled(made) {
            let owner = processes.last { $0.pipeline?.isOpen(partitions[made.partition].key) == true }
            let gate = owner?.pipeline?.shutGate ?? "none"
            find(
                .notLive,
                "\(made.name), a \(made.kind): \(made.isTaken ? "\(made.state)" : "not taken"), its owner is \(owner.map { "p\($0.number)" } ?? "nobody"), shut gate: \(gate)"
            )
        }
    }

    func judgeEnds() {
        for made in cases {
            switch made.kind {
            case .request, .copy:
                if made.isTaken || made.isGone || !isRead(made) { continue }
                if !hasEarlier(made), made.deadLetters == 0 { find(.lost, "\(made.name)") }
            case .bad: if made.deadLetters == 0, isRead(made), !made.isGone { find(.lost, "\(made.name), a bad record") }
            case .command: break
            }
        }
    }

    /// The fold of each ledger against the memory of whoever owns its partition.
    func judgeMemory(_ cluster: Cluster) {
        for course in partitions {
            let owners = processes.compactMap { process in process.pipeline.flatMap { $0.isOpen(course.key) ? (process, $0) : nil } }
            guard owners.count == 1, let (process, pipeline) = owners.first else {
                find(.notLive, "\(course.key.topic)-\(course.key.partition) has \(owners.count) owners")
                continue
            }
            recount(process, pipeline)
            // Robbed by another of its name, which is gone again: it learns of it with its next heartbeat.
            guard pipeline.isAtRest, !hasTwins || cluster.group.isOwner(process.client, of: course.key) else { continue }
            guard let restored = fold(cluster, course.key) else {
                find(.memory, "the ledger of \(course.key) cannot be read")
                continue
            }
            for difference in pipeline.differences(from: restored.ledger, of: course.key) {
                find(.memory, "p\(process.number), \(course.key.topic)-\(course.key.partition): \(difference)")
            }
        }
    }

    /// As a restore would read it now.
    func fold(_ cluster: Cluster, _ key: PartitionKey) -> PartitionRestore? {
        var steps = RestoreSteps()
        steps.committedOffset(partitions[index(ofRequests: key) ?? 0].committed)
        steps.ledgerEnds(low: 0, high: 0)
        var isDamaged = false
        cluster.visitCommitted(topic: key.topic + Options.ledgerSuffix, partition: key.partition, from: 0) { record in
            do throws(RestoreError) {
                try steps.record(offset: record.offset, key: record.entry.key, value: record.entry.value)
            } catch { isDamaged = true }
        }
        do throws(RestoreError) { try steps.hasReadLedger(at: cluster.world.clock.wall) } catch { isDamaged = true }
        return isDamaged ? nil : steps.finished(low: 0, high: 0, in: .zero)
    }

    /// The program's own judgement of the topics.
    func audit(_ cluster: Cluster) {
        var audit = Audit(idLifetime: options.maxAge + options.horizon + options.dedupWindow)
        for course in partitions {
            cluster.visitCommitted(topic: course.key.topic + Options.ledgerSuffix, partition: course.key.partition, from: 0) { record in
                do throws(LedgerError) {
                    try audit.see(ledgerOf: course.key, key: record.entry.key, value: record.entry.value)
                } catch { find(.audit, "a ledger record of \(course.key) cannot be read") }
            }
        }
        var isFirst = true
        cluster.visitCommitted(topic: Options.statusTopic, partition: 0, from: 0) { record in
            if isFirst, record.offset > 0, cluster.log(Options.statusTopic, 0)?.low ?? 0 > 0 { audit.historyBegins(at: record.timestamp) }
            isFirst = false
            let event = PublishedEvent(eventID: record.header("ce_id"), value: record.valueBytes)
            audit.see(event, record: RecordPosition(topic: record.topic, partition: record.partition, offset: record.offset))
        }
        if isFirst, cluster.log(Options.statusTopic, 0)?.low ?? 0 > 0 { audit.historyBegins(at: nil) }
        cluster.visitCommitted(topic: Options.deadLetterTopic, partition: 0, from: 0) { record in
            guard let topic = record.header("dlq-topic"), let partition = record.header("dlq-partition"),
                let offset = record.header("dlq-offset"),
                let number = Int32(String(decoding: partition, as: UTF8.self)), let at = Int64(String(decoding: offset, as: UTF8.self))
            else { return }
            audit.see(deadLetterOf: RecordPosition(topic: String(decoding: topic, as: UTF8.self), partition: number, offset: at))
        }
        for course in partitions { auditRequests(cluster, course, &audit) }
        audit.finish()
        for finding in audit.findings { find(.audit, "\(finding.guarantee.rawValue) \(finding.position): \(finding.what)") }
    }

    private func auditRequests(_ cluster: Cluster, _ course: PartitionCourse, _ audit: inout Audit) {
        let low = cluster.log(course.key)?.low ?? 0
        audit.begin(course.key, low: low, committed: course.committed)
        cluster.visitCommitted(topic: course.key.topic, partition: course.key.partition, from: low) { record in
            let position = RecordPosition(topic: record.topic, partition: record.partition, offset: record.offset)
            var headers = RequestHeaders()
            record.withHeaders { headers.see(name: $0, value: $1) }
            let decoded = RequestDecoder.decode(
                key: record.entry.key, value: record.entry.value, headers: headers, at: position, timestamp: record.timestamp,
                isPriorityTopic: course.isPriority)
            audit.see(decoded, at: position, timestamp: record.timestamp)
        }
    }
}
