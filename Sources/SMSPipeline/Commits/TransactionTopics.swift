internal import Requests

/// Where events and dead letters go.
package struct TransactionTopics: Sendable {
    package let status: String
    package let deadLetter: String

    package init(status: String, deadLetter: String) {
        self.status = status
        self.deadLetter = deadLetter
    }
}
