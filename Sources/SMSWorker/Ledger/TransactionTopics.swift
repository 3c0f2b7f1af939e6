/// Where events and dead letters go.
struct TransactionTopics: Sendable {
    let status: String
    let deadLetter: String
}
