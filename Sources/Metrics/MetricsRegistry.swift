internal import Synchronization

/// All metrics of the process, each described by a `MetricFamily`. Asking again for the same family and labels gives the same handle.
package final class MetricsRegistry: Sendable {
    /// Label names and values, in the order shown.
    package typealias Labels = KeyValuePairs<String, String>

    enum Handle {
        case counter(Counter)
        case gauge(Gauge)
        case histogram(Histogram)
    }

    struct Series {
        let family: MetricFamily
        /// By their rendered labels, in the order of creation.
        var handles: [(labels: String, handle: Handle)]
    }

    private let families = Mutex<[Series]>([])
    private let readers = Mutex<[@Sendable () -> Void]>([])

    package init() {}

    package func counter(_ family: MetricFamily, _ labels: Labels = [:]) -> Counter {
        guard family.kind == .counter, case .counter(let counter) = handle(family, labels, make: { .counter(Counter()) }) else {
            mistaken(family)
        }
        return counter
    }

    /// A total that somebody else counts: it is set to what has grown.
    package func total(_ family: MetricFamily, _ labels: Labels = [:]) -> Gauge {
        guard family.kind == .counter, case .gauge(let gauge) = handle(family, labels, make: { .gauge(Gauge()) }) else {
            mistaken(family)
        }
        return gauge
    }

    package func gauge(_ family: MetricFamily, _ labels: Labels = [:]) -> Gauge {
        guard family.kind == .gauge, case .gauge(let gauge) = handle(family, labels, make: { .gauge(Gauge()) }) else {
            mistaken(family)
        }
        return gauge
    }

    package func histogram(_ family: MetricFamily, _ labels: Labels = [:]) -> Histogram {
        guard case .histogram(let buckets) = family.kind,
            case .histogram(let histogram) = handle(family, labels, make: { .histogram(Histogram(buckets: buckets)) })
        else { mistaken(family) }
        return histogram
    }

    package func info(_ family: MetricFamily, _ labels: Labels) {
        guard family.kind == .info, case .gauge(let gauge) = handle(family, labels, make: { .gauge(Gauge()) }) else { mistaken(family) }
        gauge.set(true)
    }

    /// Forgets one series, for labels whose object is gone (a partition that was revoked). Handles of it stay usable, unseen.
    package func remove(_ family: MetricFamily, _ labels: Labels = [:]) {
        let labels = Self.render(labels)
        families.withLock { families in
            guard let index = families.firstIndex(where: { $0.family.name == family.name }) else { return }
            families[index].handles.removeAll { $0.labels == labels }
        }
    }

    /// Called before each rendering: for figures that are read where they stand, and not kept up to date.
    package func beforeRendering(_ read: @escaping @Sendable () -> Void) { readers.withLock { $0.append(read) } }

    /// Families that have a series, by name.
    func snapshot() -> [Series] {
        for read in readers.withLock({ $0 }) { read() }
        return families.withLock { $0 }.filter { !$0.handles.isEmpty }.sorted { $0.family.name < $1.family.name }
    }

    private func handle(_ family: MetricFamily, _ labels: Labels, make: () -> Handle) -> Handle {
        precondition(family.allows(labels), "\(family.name) has no such series")
        let labels = Self.render(labels)
        return families.withLock { families in
            guard let index = families.firstIndex(where: { $0.family.name == family.name }) else {
                let handle = make()
                families.append(Series(family: family, handles: [(labels, handle)]))
                return handle
            }
            if families[index].family != family { mistaken(family) }
            if let series = families[index].handles.first(where: { $0.labels == labels }) { return series.handle }
            let handle = make()
            families[index].handles.append((labels, handle))
            return handle
        }
    }

    private func mistaken(_ family: MetricFamily) -> Never {
        preconditionFailure("the metric \(family.name) is used as another kind than it is")
    }

    private static func render(_ labels: Labels) -> String {
        labels.map { "\($0.key)=\"\(MetricsText.escape($0.value, quotes: true))\"" }.joined(separator: ",")
    }
}
