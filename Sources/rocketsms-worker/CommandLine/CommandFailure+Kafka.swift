internal import Kafka
internal import Requests
internal import SMSPipeline

extension CommandFailure {
    /// - Parameter what: what was tried, as the beginning of a sentence: "The topics could not be made".
    init(_ what: String, _ error: KafkaError) {
        let status: ExitStatus =
            if error.isAuthorization { .denied } else if error.isUnknownTopic { .configuration } else if error.isTimeout { .noBroker } else
            { .failed }
        self.init(status, "\(what): \(error.description).")
    }
}
