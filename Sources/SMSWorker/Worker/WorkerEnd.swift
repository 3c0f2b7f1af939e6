internal import Requests
internal import SMSPipeline

/// How a run ended; the command turns it into an exit status and one sentence.
package enum WorkerEnd: Equatable, Sendable {
    case drained
    /// No broker answered within `KAFKA_START_TIMEOUT`.
    case noBroker(String)
    /// Kafka refuses credentials or rights at start.
    case refused(String)
    /// A missing topic, an unfit ledger topic, a value that only the environment shows to be bad.
    case unfit(String)
    case failed(String)
}
