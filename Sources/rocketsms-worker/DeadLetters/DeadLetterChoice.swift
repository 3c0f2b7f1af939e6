internal import Kafka
internal import Requests
internal import SMSPipeline
internal import SMSWorker

/// Which dead letters a command is about.
struct DeadLetterChoice: Equatable, Sendable {
    static let options: [CommandOption] = [
        .value("--code", "CODE", "Only those with this code."), .value("--id", "ID", "Only those of this request."),
        .value("--offset", "NUMBER", "Only the one at this offset of the topic of dead letters, with --partition."),
        .value("--partition", "NUMBER", "Only this partition of the topic of dead letters."),
        .value("--limit", "NUMBER", "At most so many, the oldest first. Default: 1000."),
    ]

    private let code: String?
    private let id: String?
    private let offset: Int64?
    private let partition: Int32?
    let limit: Int

    init(_ arguments: ParsedArguments) throws(UsageError) {
        code = arguments["--code"]
        id = arguments["--id"]
        offset = try arguments.integer("--offset", in: 0...Int.max - 1).map { Int64($0) }
        partition = try arguments.integer("--partition", in: 0...Int(Int32.max)).map { Int32($0) }
        limit = try arguments.integer("--limit", in: 1...100_000) ?? 1_000
        if offset != nil, partition == nil { throw UsageError("--offset wants --partition.") }
    }

    /// Whether it says anything.
    var isNarrow: Bool { code != nil || id != nil || offset != nil || partition != nil }

    func takes(_ letter: DeadLetter) -> Bool {
        (code == nil || code == letter.code) && (id == nil || id == letter.requestID) && (offset == nil || offset == letter.offset)
            && (partition == nil || partition == letter.place.partition)
    }

    /// All that are chosen. Blocks.
    func read(_ cluster: Cluster) throws(CommandFailure) -> [DeadLetter] {
        let topic = cluster.topics.deadLetter
        var letters: [DeadLetter] = []
        let count = try cluster.partitions(of: topic)
        do throws(KafkaError) {
            let kafka = cluster.configuration.kafka
            let reader = try PartitionReader(bootstrapServers: kafka.bootstrapServers, properties: kafka.properties.forConsumers)
            for number in 0..<Int32(clamping: count) where partition == nil || partition == number {
                let place = TopicPartition(topic: topic, partition: number)
                let marks = try reader.uncommittedWatermarks(place, timeout: Cluster.timeout)
                let isCancelled = { false }
                try reader.readRecords(
                    place, from: max(marks.low, offset ?? 0), through: marks.high, stall: .seconds(40), isCancelled: isCancelled
                ) { record in
                    let letter = DeadLetter(place, record)
                    if takes(letter) { letters.append(letter) }
                    return letters.count < limit && (offset.map { letter.offset < $0 } ?? true)
                }
                if letters.count >= limit { break }
            }
        } catch {
            throw CommandFailure("The topic \(topic) cannot be read", error)
        }
        return letters
    }
}
