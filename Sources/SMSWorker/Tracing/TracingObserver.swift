internal import SMSPipeline
internal import Time

/// Takes the spans out of the pipeline's notes, and passes on the others.
final class TracingObserver: PipelineObserver {
    private let next: any PipelineObserver
    private let exporter: TraceExporter

    init(_ exporter: TraceExporter, before next: any PipelineObserver) {
        self.exporter = exporter
        self.next = next
    }

    func observe(_ note: Note, at now: MonotonicInstant) {
        if case .span(let span) = note { exporter.append(span) } else { next.observe(note, at: now) }
    }
}
