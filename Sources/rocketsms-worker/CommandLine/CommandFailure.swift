internal import Kafka
internal import Requests
internal import SMSPipeline

/// Why a command ends early: the exit code, and one sentence for stderr.
struct CommandFailure: Error, Equatable, Sendable {
    let status: ExitStatus
    let sentence: String

    init(_ status: ExitStatus, _ sentence: String) {
        self.status = status
        self.sentence = sentence
    }
}

extension CommandFailure {
    /// - Parameter what: what was tried, as the beginning of a sentence: "The topics could not be made".
    init(_ what: String, _ error: KafkaError) {
        let status: ExitStatus =
            if error.isAuthorization { .denied } else if error.isUnknownTopic { .configuration } else if error.isTimeout { .noBroker } else
            { .failed }
        self.init(status, "\(what): \(error.description).")
    }
}
