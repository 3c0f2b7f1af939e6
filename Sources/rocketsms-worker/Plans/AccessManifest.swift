internal import JSON
internal import Requests
internal import SMSPipeline
internal import SMSWorker

/// Rights to be given to a worker, written down for whoever may give them.
struct AccessManifest: Sendable {
    /// How a Strimzi user proves who it is.
    enum Authentication: String, Sendable {
        case tls
        case scram = "scram-sha-512"
    }

    let rights: [AccessPlan.Right]
    /// As Kafka writes it: `User:rocketsms-worker`.
    let principal: String

    func commands(bootstrapServers: String, commandConfig: String?) -> [String] {
        let connection = "--bootstrap-server \(PlanFormat.shell(bootstrapServers))"
        let login = commandConfig.map { " --command-config \(PlanFormat.shell($0))" } ?? ""
        return rights.map { right in
            let operations = right.operations.map { " --operation \($0.rawValue)" }.joined()
            let pattern = right.isPrefix ? " --resource-pattern-type prefixed" : ""
            return "kafka-acls.sh \(connection)\(login) --add --allow-principal \(PlanFormat.shell(principal))\(operations)\(pattern) "
                + "\(Self.flag(right.resource)) \(PlanFormat.shell(right.name))"
        }
    }

    private static func flag(_ resource: AccessPlan.Resource) -> String {
        switch resource {
        case .topic: "--topic"
        case .group: "--group"
        case .transactionalID: "--transactional-id"
        }
    }

    func strimzi(cluster: String, authentication: Authentication) -> [String] {
        var taken: Set<String> = []
        let user = principal.hasPrefix("User:") ? String(principal.dropFirst(5)) : principal
        let head = [
            "apiVersion: kafka.strimzi.io/v1", "kind: KafkaUser", "metadata:",
            "  name: \(PlanFormat.yaml(PlanFormat.objectName(user, taken: &taken)))", "  labels:",
            "    strimzi.io/cluster: \(PlanFormat.yaml(cluster))", "spec:", "  authentication:", "    type: \(authentication.rawValue)",
            "  authorization:", "    type: simple", "    acls:",
        ]
        return head
            + rights.flatMap { right in
                [
                    "      # \(right.reason)", "      - resource:", "          type: \(right.resource.rawValue)",
                    "          name: \(PlanFormat.yaml(right.name))", "          patternType: \(right.isPrefix ? "prefix" : "literal")",
                    "        operations:",
                ] + right.operations.map { "          - \($0.rawValue)" }
            }
    }

    func json() -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("principal", principal)
        writer.key("rights" as StaticString)
        writer.beginArray()
        for right in rights {
            writer.beginObject()
            writer.member("resource", right.resource.rawValue)
            writer.member("name", right.name)
            writer.member("pattern", right.isPrefix ? "prefixed" : "literal")
            writer.key("operations" as StaticString)
            writer.beginArray()
            for operation in right.operations { writer.string(operation.rawValue) }
            writer.endArray()
            writer.member("for", right.reason)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }
}
