internal import Kafka
internal import Requests
internal import SMSPipeline
internal import SMSWorker

/// Which partitions of the request topics a command looks at.
struct RequestPlaces: Sendable {
    static let options: [CommandOption] = [
        .value("--topic", "TOPIC", "Only this request topic."),
        .value("--partition", "NUMBER", "Only this partition."),
    ]

    private let topic: String?
    private let partition: Int32?

    init(_ arguments: ParsedArguments) throws(UsageError) {
        topic = arguments["--topic"]
        partition = try arguments.integer("--partition", in: 0...Int(Int32.max)).map { Int32($0) }
    }

    /// - Throws: where the configuration has no such request topic, or a topic is missing.
    func partitions(in cluster: Cluster) throws -> [TopicPartition] {
        if let topic, !cluster.topics.allRequests.contains(topic) {
            throw UsageError(
                "--topic: \(UsageError.excerpt(topic)) is none of the request topics \(HelpText.list(cluster.topics.allRequests)).")
        }
        var places: [TopicPartition] = []
        for name in topic.map({ [$0] }) ?? cluster.topics.allRequests {
            let count = Int32(clamping: try cluster.partitions(of: name))
            places += (0..<count).filter { partition == nil || partition == $0 }.map { TopicPartition(topic: name, partition: $0) }
        }
        guard !places.isEmpty else { throw UsageError("--partition: there is no partition \(partition ?? 0).") }
        return places
    }
}
