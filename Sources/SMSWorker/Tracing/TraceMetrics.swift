internal import Metrics

/// What became of the spans.
package struct TraceMetrics: Sendable {
    let exported: Counter
    /// The collector was slow.
    let full: Counter
    /// It refused them, or did not answer.
    let refused: Counter

    init(_ registry: MetricsRegistry) {
        exported = registry.counter(MetricCatalog.spansExported)
        full = registry.counter(MetricCatalog.spansDropped, ["reason": "full"])
        refused = registry.counter(MetricCatalog.spansDropped, ["reason": "refused"])
    }
}
