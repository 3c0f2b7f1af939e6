internal import JSON
internal import Kafka
internal import Requests
internal import SMSPipeline

/// Topics to be made, written down for whoever may make them.
struct TopicManifest: Sendable {
    let topics: [NewTopic]

    func commands(bootstrapServers: String, commandConfig: String?) -> [String] {
        let connection = "--bootstrap-server \(PlanFormat.shell(bootstrapServers))"
        let login = commandConfig.map { " --command-config \(PlanFormat.shell($0))" } ?? ""
        return topics.map { topic in
            let settings = topic.configuration.map { " --config \(PlanFormat.shell("\($0.key)=\($0.value)"))" }.joined()
            return "kafka-topics.sh \(connection)\(login) --create --if-not-exists --topic \(PlanFormat.shell(topic.name)) "
                + "--partitions \(topic.partitions) --replication-factor \(topic.replicationFactor)\(settings)"
        }
    }

    func strimzi(cluster: String) -> [String] {
        var taken: Set<String> = []
        return topics.flatMap { topic in
            [
                "---", "apiVersion: kafka.strimzi.io/v1", "kind: KafkaTopic", "metadata:",
                "  name: \(PlanFormat.yaml(PlanFormat.objectName(topic.name, taken: &taken)))", "  labels:",
                "    strimzi.io/cluster: \(PlanFormat.yaml(cluster))", "spec:", "  topicName: \(PlanFormat.yaml(topic.name))",
                "  partitions: \(topic.partitions)", "  replicas: \(topic.replicationFactor)", "  config:",
            ] + topic.configuration.map { "    \($0.key): \(PlanFormat.yaml($0.value))" }
        }
    }

    func json() -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("topics" as StaticString)
        writer.beginArray()
        for topic in topics {
            writer.beginObject()
            writer.member("topic", topic.name)
            writer.member("partitions", topic.partitions)
            writer.member("replicationFactor", topic.replicationFactor)
            writer.key("config" as StaticString)
            writer.beginObject()
            for (key, value) in topic.configuration {
                writer.key(key)
                writer.string(value)
            }
            writer.endObject()
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }
}
