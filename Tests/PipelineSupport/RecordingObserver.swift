package import SMSPipeline
package import Time

/// Keeps what a pipeline tells.
package final class RecordingObserver: PipelineObserver {
    package private(set) var notes: [Note] = []
    /// The last word on readiness.
    package private(set) var health = HealthReport()

    package init() {}

    package func observe(_ note: Note, at now: MonotonicInstant) {
        if case .health(let report) = note { health = report } else { notes.append(note) }
    }
}
