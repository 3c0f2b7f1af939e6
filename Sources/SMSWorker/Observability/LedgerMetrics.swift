internal import EventLoop
package import Metrics
internal import Time

/// Transactions, restores, and who owns what.
package struct LedgerMetrics: Sendable {
    package let transactionsAborted: Counter
    package let fencings: Counter
    package let producersRenewed: Counter
    package let tombstones: Counter
    package let restoreFailures: Counter
    package let assigned: Counter
    package let revoked: Counter
    package let lost: Counter
    private let commits: Counter
    private let committedRecords: Counter
    private let commitTime: Histogram
    private let lastCommit: Gauge
    private let restoreTime: Histogram
    private let restoredRecords: Counter

    init(_ registry: MetricsRegistry) {
        transactionsAborted = registry.counter(MetricCatalog.aborted)
        fencings = registry.counter(MetricCatalog.fencings)
        producersRenewed = registry.counter(MetricCatalog.producersRenewed)
        tombstones = registry.counter(MetricCatalog.tombstones)
        restoreFailures = registry.counter(MetricCatalog.restoreFailures)
        assigned = registry.counter(MetricCatalog.rebalances, ["event": "assigned"])
        revoked = registry.counter(MetricCatalog.rebalances, ["event": "revoked"])
        lost = registry.counter(MetricCatalog.rebalances, ["event": "lost"])
        commits = registry.counter(MetricCatalog.commits)
        committedRecords = registry.counter(MetricCatalog.committedRecords)
        commitTime = registry.histogram(MetricCatalog.commitTime)
        lastCommit = registry.gauge(MetricCatalog.lastCommit)
        restoreTime = registry.histogram(MetricCatalog.restoreTime)
        restoredRecords = registry.counter(MetricCatalog.restoredRecords)
    }

    package func committed(records: Int, in duration: Duration) {
        commits.increment()
        committedRecords.increment(by: records)
        commitTime.observe(duration)
        lastCommit.set(Double(WallTime.now.milliseconds) / 1_000)
    }

    package func restored(records: Int, in duration: Duration) {
        restoreTime.observe(duration)
        restoredRecords.increment(by: records)
    }
}
