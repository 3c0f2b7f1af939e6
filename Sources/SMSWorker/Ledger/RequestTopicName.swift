/// A request topic as the configuration names it.
package struct RequestTopicName: Equatable, Sendable {
    package let name: String
    package let ledgerName: String
    package let isPriority: Bool

    package init(name: String, ledgerName: String, isPriority: Bool) {
        self.name = name
        self.ledgerName = ledgerName
        self.isPriority = isPriority
    }
}
