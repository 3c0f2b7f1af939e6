internal import Requests
internal import SMSPipeline
internal import SMSWorker

extension ParsedArguments {
    /// - Returns: nil where the option is not given.
    func duration(_ option: String, upTo limit: Duration) throws(UsageError) -> Duration? {
        guard let text = self[option] else { return nil }
        guard let value = ConfigurationDuration.parse(text), value <= limit else {
            let range = "0s to \(ConfigurationDuration.text(limit))"
            throw UsageError("\(option): \"\(UsageError.excerpt(text))\" is not a duration from \(range), as 10s or 2m.")
        }
        return value
    }
}
