internal import EventLoop
internal import JSON
internal import Kafka
internal import Requests
internal import SMSPipeline
internal import SMSWorker
internal import Time

/// Publishes dead letters again that have become requests since, and says what became of each. Blocks.
struct RedriveCall: Sendable {
    let choice: DeadLetterChoice
    let consent: Consent
    let printsJSON: Bool

    private struct Planned {
        let letter: DeadLetter
        var step: Redrive
        var offset: Int64?
    }

    func run(_ cluster: Cluster, _ console: Console) throws -> ExitStatus {
        var plan = try plan(cluster)
        try refuseWhatIsKnown(&plan, cluster, console)
        let count = plan.count { if case .publish = $0.step { true } else { false } }
        if !consent.isDryRun, count > 0 {
            let declined = CommandFailure(.failed, "Nothing was published.")
            try consent.ask("Publish \(count) requests again? Each is an SMS.", console, declined: declined)
            try publish(&plan, cluster)
        }
        for planned in plan { try show(planned, console) }
        if plan.isEmpty { console.note("There is no such dead letter.") }
        let isCut = plan.count == choice.limit
        if isCut { console.note("There may be more, behind these: --limit \(choice.limit) is reached, and counts refused ones too.") }
        return count == plan.count && !isCut ? .done : .findings
    }

    private func plan(_ cluster: Cluster) throws -> [Planned] {
        let topics = cluster.topics
        let now = WallTime.now.milliseconds
        return try choice.read(cluster).map { letter in
            let topic = letter.origin?.topic ?? ""
            let isPriority = topics.allRequests.contains(topic) ? topics.priorityRequests.contains(topic) : nil
            let partitions = cluster.metadata.topics[topic]?.partitions ?? 0
            return Planned(letter: letter, step: Redrive(letter, isPriorityTopic: isPriority, partitions: partitions, now: now))
        }
    }

    /// What a ledger knows was sent or will be; and of two with one id the first alone goes.
    private func refuseWhatIsKnown(_ plan: inout [Planned], _ cluster: Cluster, _ console: Console) throws {
        var ids: Set<[UInt8]> = []
        for index in plan.indices {
            guard case .publish(_, let id, _) = plan[index].step else { continue }
            if !ids.insert(id).inserted { plan[index].step = .refuse("another of these dead letters has the same id") }
        }
        guard !ids.isEmpty else { return }
        var places: [TopicPartition] = []
        for topic in cluster.topics.allRequests {
            places += (0..<Int32(clamping: try cluster.partitions(of: topic))).map { TopicPartition(topic: topic, partition: $0) }
        }
        let known = try LedgerReader(cluster, console).known(ids, in: places)
        for index in plan.indices {
            guard case .publish(_, let id, _) = plan[index].step, known.contains(id) else { continue }
            plan[index].step = .refuse("a ledger knows a request with its id: it was sent, or will be (`ledger show`)")
        }
    }

    private func publish(_ plan: inout [Planned], _ cluster: Cluster) throws {
        let kafka = cluster.configuration.kafka
        do throws(KafkaError) {
            let producer = try Producer(
                bootstrapServers: kafka.bootstrapServers,
                properties: [(key: "message.timeout.ms", value: "60000")] + kafka.properties.forProducers)
            var pending = 0
            for (index, planned) in plan.enumerated() {
                guard case .publish(let place, let id, let givesID) = planned.step else { continue }
                try Self.produce(producer, planned.letter, place, givesID ? id : nil, tag: index)
                pending += 1
            }
            while pending > 0 {
                for report in producer.takeReports(timeout: .milliseconds(100)) {
                    pending -= 1
                    if let error = report.error { throw error }
                    plan[report.tag].offset = report.offset
                }
            }
        } catch {
            throw CommandFailure("Not all were published, and a second redrive is safe: a request topic refused one", error)
        }
    }

    private static func produce(
        _ producer: Producer, _ letter: DeadLetter, _ place: RecordPosition, _ id: [UInt8]?, tag: Int
    ) throws(KafkaError) {
        let headers = letter.headers + (id.map { [DeadLetter.Header(name: Array("ce_id".utf8), value: $0)] } ?? [])
        let failure: KafkaError? = lend(letter.key) { key in
            lend(letter.value) { value in
                do throws(KafkaError) {
                    try producer.produce(
                        topic: place.topic, partition: place.partition, key: key, value: value,
                        headers: { see in
                            for header in headers { header.name.withUnsafeBytes { name in lend(header.value) { see(name, $0) } } }
                        }, tag: tag)
                    return nil
                } catch {
                    return error
                }
            }
        }
        if let failure { throw failure }
    }

    private static func lend<Result>(_ bytes: [UInt8]?, _ body: (UnsafeRawBufferPointer?) -> Result) -> Result {
        guard let bytes else { return body(nil) }
        return bytes.withUnsafeBytes { body($0) }
    }

    private func show(_ planned: Planned, _ console: Console) throws {
        if printsJSON {
            var writer = JSONWriter()
            writer.beginObject()
            planned.letter.write(to: &writer)
            switch planned.step {
            case .publish(_, let id, _):
                writer.member("result", planned.offset == nil ? "would be published" : "published")
                writer.member("id", String(decoding: id, as: UTF8.self))
                if let offset = planned.offset { writer.member("newOffset", offset) }
            case .refuse(let reason):
                writer.member("result", "refused")
                writer.member("why", reason)
            }
            writer.endObject()
            return try console.print(json: writer.bytes)
        }
        switch planned.step {
        case .publish(let place, let id, _):
            let name = String(decoding: id, as: UTF8.self)
            let at = planned.offset.map { "published: \(name), \(place.topic)-\(place.partition)@\($0)" } ?? "would be published: \(name)"
            try console.print(at)
        case .refuse(let reason): try console.print("refused: \(planned.letter.place)@\(planned.letter.offset): \(reason)")
        }
    }
}
