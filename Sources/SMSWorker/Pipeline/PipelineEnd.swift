/// Why the pipeline ended.
package enum PipelineEnd: Equatable, Sendable {
    /// Asked to stop: what ran was finished and committed.
    case drained
    /// Another living worker uses this worker's name; the sentence names the key.
    case rival(String)
    /// It cannot go on, and nothing that it could rebuild would help.
    case failed(String)
}
