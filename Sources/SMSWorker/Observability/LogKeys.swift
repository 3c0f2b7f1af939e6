internal import Requests
internal import SMSPipeline
internal import Time

/// Keys of log metadata: dotted, in lower case, each with one meaning everywhere. None carries a phone, a text, a record key, a password
/// or an md5; request ids are masked where they look like a phone number.
package enum LogKeys {
    // MARK: The program
    package static let version = "worker.version"
    package static let librdkafkaVersion = "librdkafka.version"
    package static let signal = "process.signal"
    package static let exitCode = "process.exit.code"
    package static let adminAddress = "admin.address"
    package static let configurationKey = "config.key"

    // MARK: Kafka
    package static let brokers = "kafka.brokers"
    package static let group = "kafka.group"
    package static let instance = "kafka.instance"
    package static let transactionalID = "kafka.transactional.id"
    package static let generation = "kafka.generation"
    package static let topic = "kafka.topic"
    /// `topic[number]`, or the number beside `topic`.
    package static let partition = "kafka.partition"
    package static let partitions = "kafka.partitions"
    package static let offset = "kafka.offset"

    package static let schemaID = "schema.id"

    // MARK: Requests
    package static let requestID = "request.id"
    package static let command = "request.command"
    /// Names of a record's fields, never what stands in them.
    package static let fields = "request.fields"
    package static let attempt = "request.attempt"
    package static let outcome = "request.outcome"
    package static let status = "message.status"

    // MARK: The ledger
    /// Entries whose final event is not published.
    package static let open = "ledger.open"
    /// Ids kept for the dedup window.
    package static let closed = "ledger.closed"
    package static let records = "ledger.records"

    // MARK: The provider
    package static let host = "provider.host"
    package static let providerAddress = "provider.address"
    package static let account = "provider.account"
    package static let breaker = "provider.breaker"
    /// Requests that may be under way at a time, and the share of failures among the last answers.
    package static let paceWidth = "provider.pace.width"
    package static let paceFailures = "provider.pace.failures"
    package static let httpStatus = "provider.http.status"

    // MARK: What happened
    /// A code of the provider, of Kafka, or of a dead letter.
    package static let code = "error.code"
    package static let error = "error.message"
    /// How often it was tried, or has failed, in a row.
    package static let attempts = "error.attempts"
    /// How many of the same were left out of the log since the last line.
    package static let waiting = "requests.waiting"
    package static let suppressed = "log.suppressed"
    package static let reason = "reason"
    package static let seconds = "duration.seconds"
    package static let milliseconds = "duration.milliseconds"
    package static let count = "count"
    package static let lost = "lost"
}
