/// Where events and dead letters go.
package struct TransactionTopics: Sendable {
    package let status: String
    package let deadLetter: String
}
