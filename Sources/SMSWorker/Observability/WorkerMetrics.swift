package import Metrics
internal import Requests
internal import SMSPipeline

/// All metrics of the worker, made once and held, out of `MetricCatalog`: a figure costs no allocation and no look-up. Handles are touched
/// from the pipeline's loop, and read by the admin server's thread.
package struct WorkerMetrics: Sendable {
    package let registry: MetricsRegistry
    package let reading: ReadingMetrics
    package let sending: SendingMetrics
    package let events: EventMetrics
    package let receipts: ReceiptMetrics
    package let smpp: SMPPMetrics
    package let ledger: LedgerMetrics
    package let state: StateMetrics
    package let workDue: WorkDueMetric
    package let traces: TraceMetrics
    /// What librdkafka says of itself.
    package let kafka: KafkaMetrics

    package init(registry: MetricsRegistry = MetricsRegistry()) {
        self.registry = registry
        reading = ReadingMetrics(registry)
        sending = SendingMetrics(registry)
        events = EventMetrics(registry)
        receipts = ReceiptMetrics(registry)
        smpp = SMPPMetrics(registry)
        ledger = LedgerMetrics(registry)
        state = StateMetrics(registry)
        workDue = WorkDueMetric(registry)
        traces = TraceMetrics(registry)
        kafka = KafkaMetrics(registry: registry)
        let process = ProcessMetrics(registry)
        registry.beforeRendering { process.read() }
    }
}
