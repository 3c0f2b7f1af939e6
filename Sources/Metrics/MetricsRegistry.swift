internal import Synchronization

/// All metrics of the process, and their text for Prometheus. Names follow its customs: counters end in `_total`, times in `_seconds`.
/// Asking again for the same name and labels gives the same handle.
package final class MetricsRegistry: Sendable {
    /// Label names and values, in the order shown.
    package typealias Labels = KeyValuePairs<String, String>

    private enum Handle {
        case counter(Counter)
        case gauge(Gauge)
        case histogram(Histogram)

        var type: String {
            switch self {
            case .counter: "counter"
            case .gauge: "gauge"
            case .histogram: "histogram"
            }
        }
    }

    private struct Family {
        let name: String
        let help: String
        let type: String
        /// By their rendered labels, in the order of creation.
        var series: [(labels: String, handle: Handle)]
    }

    private let families = Mutex<[Family]>([])

    package init() {}

    package func counter(_ name: String, help: String, labels: Labels = [:]) -> Counter {
        guard case .counter(let counter) = handle(name, help, labels, make: { .counter(Counter()) }) else { mistaken(name) }
        return counter
    }

    package func gauge(_ name: String, help: String, labels: Labels = [:]) -> Gauge {
        guard case .gauge(let gauge) = handle(name, help, labels, make: { .gauge(Gauge()) }) else { mistaken(name) }
        return gauge
    }

    package func histogram(
        _ name: String, help: String, labels: Labels = [:], buckets: [Duration] = Histogram.defaultBuckets
    ) -> Histogram {
        guard case .histogram(let histogram) = handle(name, help, labels, make: { .histogram(Histogram(buckets: buckets)) }) else {
            mistaken(name)
        }
        return histogram
    }

    /// Forgets one series, for labels whose object is gone (a partition that was revoked). Handles of it stay usable, unseen.
    package func remove(_ name: String, labels: Labels = [:]) {
        let labels = Self.render(labels)
        families.withLock { families in
            guard let family = families.firstIndex(where: { $0.name == name }) else { return }
            families[family].series.removeAll { $0.labels == labels }
        }
    }

    private func handle(_ name: String, _ help: String, _ labels: Labels, make: () -> Handle) -> Handle {
        precondition(Self.isName(name), "the name of a metric is letters, digits and _")
        precondition(labels.allSatisfy { Self.isName($0.key) }, "the name of a label is letters, digits and _")
        let labels = Self.render(labels)
        return families.withLock { families in
            guard let family = families.firstIndex(where: { $0.name == name }) else {
                let handle = make()
                families.append(Family(name: name, help: help, type: handle.type, series: [(labels, handle)]))
                return handle
            }
            if let series = families[family].series.first(where: { $0.labels == labels }) { return series.handle }
            let handle = make()
            if handle.type != families[family].type { mistaken(name) }
            families[family].series.append((labels, handle))
            return handle
        }
    }

    private func mistaken(_ name: String) -> Never { preconditionFailure("the metric \(name) exists already and is of another type") }
}

// MARK: - Text exposition format 0.0.4

extension MetricsRegistry {
    /// The value of `Content-Type` that goes with `renderPrometheus()`.
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// All metrics, by name, as UTF-8 text.
    package func renderPrometheus() -> [UInt8] {
        let families = families.withLock { $0 }.filter { !$0.series.isEmpty }.sorted { $0.name < $1.name }
        var text = ""
        for family in families {
            text += "# HELP \(family.name) \(Self.escape(family.help, quotes: false))\n# TYPE \(family.name) \(family.type)\n"
            for (labels, handle) in family.series {
                switch handle {
                case .counter(let counter): text += "\(family.name)\(Self.braced(labels)) \(counter.value)\n"
                case .gauge(let gauge): text += "\(family.name)\(Self.braced(labels)) \(Self.format(gauge.value))\n"
                case .histogram(let histogram): Self.append(histogram, name: family.name, labels: labels, to: &text)
                }
            }
        }
        return Array(text.utf8)
    }

    private static func append(_ histogram: Histogram, name: String, labels: String, to text: inout String) {
        let (counts, sum) = histogram.snapshot
        let prefix = labels.isEmpty ? "" : labels + ","
        var total: UInt64 = 0
        for (index, count) in counts.enumerated() {
            total += count
            let bound = index < histogram.bounds.count ? format(Double(histogram.bounds[index]) / 1e9) : "+Inf"
            text += "\(name)_bucket{\(prefix)le=\"\(bound)\"} \(total)\n"
        }
        text += "\(name)_sum\(braced(labels)) \(format(sum))\n\(name)_count\(braced(labels)) \(total)\n"
    }

    private static func format(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if value == value.rounded(), abs(value) < 1e15 { return String(Int64(value)) }
        return value.description
    }

    private static func braced(_ labels: String) -> String { labels.isEmpty ? "" : "{\(labels)}" }

    private static func render(_ labels: Labels) -> String {
        labels.map { "\($0.key)=\"\(escape($0.value, quotes: true))\"" }.joined(separator: ",")
    }

    private static func escape(_ text: String, quotes: Bool) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quotes: escaped += "\\\""
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    private static func isName(_ name: String) -> Bool {
        guard let first = name.utf8.first, first < UInt8(ascii: "0") || first > UInt8(ascii: "9") else { return false }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
            default: false
            }
        }
    }
}
