/// A topic to be made.
package struct NewTopic: Equatable, Sendable {
    package let name: String
    package let partitions: Int
    /// -1: the broker's default.
    package let replicationFactor: Int
    package let configuration: [(key: String, value: String)]

    package init(name: String, partitions: Int, replicationFactor: Int, configuration: [(key: String, value: String)] = []) {
        self.name = name
        self.partitions = partitions
        self.replicationFactor = replicationFactor
        self.configuration = configuration
    }

    package static func == (a: Self, b: Self) -> Bool {
        a.name == b.name && a.partitions == b.partitions && a.replicationFactor == b.replicationFactor
            && a.configuration.elementsEqual(b.configuration, by: ==)
    }
}
