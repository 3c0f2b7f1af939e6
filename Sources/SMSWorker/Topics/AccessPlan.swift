internal import Requests
internal import SMSPipeline

/// The rights that a worker needs, and no more: given to somebody who has none, they let it run, and without any one of them it does not.
package struct AccessPlan: Equatable, Sendable {
    package enum Resource: String, Sendable {
        case topic
        case group
        case transactionalID = "transactionalId"
    }

    /// By Kafka's own words. Who may read or write may describe as well.
    package enum Operation: String, Sendable {
        case read = "Read"
        case write = "Write"
        case describeConfigs = "DescribeConfigs"
    }

    package struct Right: Equatable, Sendable {
        package let resource: Resource
        package let name: String
        /// For all whose names begin so.
        package let isPrefix: Bool
        package let operations: [Operation]
        /// What it is for, as half a sentence.
        package let reason: String
    }

    package let rights: [Right]

    /// - Parameter asksForSettings: with the right to ask for the topics' settings, which `run` can do without, at the price of a warning.
    package init(topics: WorkerConfiguration.Topics, groupID: String, asksForSettings: Bool = false) {
        let settings: [Operation] = asksForSettings ? [.describeConfigs] : []
        func topic(_ name: String, _ operations: [Operation], _ reason: String) -> Right {
            Right(resource: .topic, name: name, isPrefix: false, operations: operations + settings, reason: reason)
        }
        var rights: [Right] = []
        for name in topics.allRequests {
            rights.append(topic(name, [.read], "the requests"))
            rights.append(topic(topics.ledger(of: name), [.read, .write], "the worker's own memory of them"))
        }
        rights.append(topic(topics.status, [.write], "what became of them"))
        rights.append(topic(topics.deadLetter, [.write], "records that cannot become a request"))
        if let receipts = topics.receipts {
            rights.append(topic(receipts.name, [.read, .write], "delivery receipts, which every replica reads"))
        }
        rights.append(
            Right(resource: .group, name: groupID, isPrefix: false, operations: [.read], reason: "the group that the replicas share"))
        // Each replica has two names: group, its own stem, a number.
        rights.append(
            Right(
                resource: .transactionalID, name: groupID + "-", isPrefix: true, operations: [.write],
                reason: "the transactions of each replica"))
        self.rights = rights
    }
}
