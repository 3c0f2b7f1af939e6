internal import Requests
internal import SMSPipeline

/// What a start was told: the configuration, where each of its values comes from, and what looks like a slip.
package struct LoadedConfiguration: Equatable, Sendable {
    package var configuration: WorkerConfiguration
    package var settings: ConfigurationSettings
    /// Sentences to be logged.
    package var warnings: [String]
}
