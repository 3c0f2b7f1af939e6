internal import Requests

/// Why the pipeline ended.
package enum PipelineEnd: Equatable, Sendable {
    /// Asked to stop: what ran was finished and committed, or left to the next owner where Kafka's side was lost before that.
    case drained
    /// Another living worker uses this worker's name; the sentence names the key.
    case rival(String)
    /// Kafka refuses what this worker may do.
    case refused(String)
    /// Kafka refuses a setting; the sentence names it.
    case unfit(String)
    /// It cannot go on, and nothing that it could rebuild would help.
    case failed(String)
}
