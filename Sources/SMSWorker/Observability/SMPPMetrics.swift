internal import Metrics
internal import Requests
package import SMSPipeline

/// The link to the message centre and the log of receipts, each second: what those who do the work have counted.
package struct SMPPMetrics: Sendable {
    /// Of one moment, taken on the loop.
    package struct Figures {
        package var link = SMPPGateway.Counts()
        package var partsInWindow = 0
        package var writing = ReceiptWriter.Counts()
        package var unwritten = 0
        package var unreadable = 0
        /// Where the log ended at the last fetch; nil: not known.
        package var end: Int64?
        /// Nil: the log was not looked at yet.
        package var reading: ReceiptFigures?

        package init() {}
    }

    private let binds: Gauge
    private let partsInWindow: Gauge
    private let throttles: Gauge
    private let receipts: Gauge
    private let others: Gauge
    private let notices: Gauge
    private let written: Gauge
    private let unwritten: Gauge
    private let failures: Gauge
    private let notTaken: Gauge
    private let unreadable: Gauge
    private let claimed: Gauge
    private let kept: Gauge
    private let mismatches: Gauge
    private let lag: Gauge
    private let appliedLag: Gauge

    init(_ registry: MetricsRegistry) {
        binds = registry.total(MetricCatalog.binds)
        partsInWindow = registry.gauge(MetricCatalog.partsInWindow)
        throttles = registry.total(MetricCatalog.throttles)
        receipts = registry.total(MetricCatalog.deliveries, ["kind": "receipt"])
        others = registry.total(MetricCatalog.deliveries, ["kind": "other"])
        notices = registry.total(MetricCatalog.smppNotices)
        written = registry.total(MetricCatalog.receiptsWritten)
        unwritten = registry.gauge(MetricCatalog.receiptsUnwritten)
        failures = registry.total(MetricCatalog.receiptWriteFailures)
        notTaken = registry.total(MetricCatalog.receiptsNotTaken)
        unreadable = registry.total(MetricCatalog.receiptsUnreadable)
        claimed = registry.total(MetricCatalog.receiptsClaimed)
        kept = registry.gauge(MetricCatalog.receiptsKept)
        mismatches = registry.total(MetricCatalog.receiptMismatches)
        lag = registry.gauge(MetricCatalog.receiptsLag)
        appliedLag = registry.gauge(MetricCatalog.receiptsAppliedLag)
        lag.set(Double.nan)
        appliedLag.set(Double.nan)
    }

    package func show(_ figures: Figures) {
        binds.set(figures.link.binds)
        partsInWindow.set(figures.partsInWindow)
        throttles.set(figures.link.throttles)
        receipts.set(figures.link.receipts)
        others.set(figures.link.others)
        notices.set(figures.link.notices)
        written.set(figures.writing.written)
        unwritten.set(figures.unwritten)
        failures.set(figures.writing.failures)
        notTaken.set(figures.writing.dropped)
        unreadable.set(figures.unreadable)
        if let reading = figures.reading { show(reading, end: figures.end) }
    }

    private func show(_ reading: ReceiptFigures, end: Int64?) {
        claimed.set(reading.claimed)
        kept.set(reading.kept)
        mismatches.set(reading.mismatches)
        lag.set(end.map { Double(max(0, $0 &- reading.next)) } ?? .nan)
        appliedLag.set(reading.applied.map { Double(max(0, reading.next &- $0)) } ?? .nan)
    }
}

extension SMPPMetrics.Figures {
    /// - Parameter reading: what the pipeline knows.
    init(_ side: ProviderSide.Receipts, _ reading: ReceiptFigures?) {
        link = side.gateway.counts
        partsInWindow = side.gateway.partsInWindow
        writing = side.writer.counts
        unwritten = side.writer.waitingCount
        unreadable = side.tail.unreadableCount
        end = side.tail.knownEnd
        self.reading = reading
    }
}
