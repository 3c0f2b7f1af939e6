/// The metrics as text, in the format that the reader asks for.
package enum MetricsText: Equatable, Sendable {
    /// Prometheus' own, 0.0.4.
    case prometheus
    /// OpenMetrics 1.0: with units, and an end that shows that nothing is missing.
    case openMetrics

    /// - Parameter accept: of the request; OpenMetrics where it is named and nothing that is plain text is wanted more.
    package init(accept: String?) {
        var (open, plain) = (0.0, 0.0)
        for range in (accept ?? "").split(separator: ",") {
            let parts = range.split(separator: ";").map { String($0.filter { $0 != " " && $0 != "\t" }).lowercased() }
            guard let type = parts.first else { continue }
            let quality = parts.dropFirst().first { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 0 } ?? 1
            switch type {
            case "application/openmetrics-text": open = max(open, quality)
            case "text/plain": plain = max(plain, quality)
            default: break
            }
        }
        self = open > 0 && open >= plain ? .openMetrics : .prometheus
    }

    /// The value of `Content-Type`.
    package var contentType: String {
        switch self {
        case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        }
    }

    /// All metrics, by name, as UTF-8.
    package func render(_ registry: MetricsRegistry) -> [UInt8] {
        var text = ""
        for series in registry.snapshot() { append(series, to: &text) }
        if self == .openMetrics { text += "# EOF\n" }
        return Array(text.utf8)
    }

    private func append(_ series: MetricsRegistry.Series, to text: inout String) {
        let family = series.family
        let name = name(of: family)
        text += "# HELP \(name) \(Self.escape(family.help, quotes: self == .openMetrics))\n# TYPE \(name) \(type(of: family))\n"
        if self == .openMetrics, !family.unit.isEmpty, name.hasSuffix("_\(family.unit)") { text += "# UNIT \(name) \(family.unit)\n" }
        for (labels, handle) in series.handles {
            switch handle {
            case .counter(let counter): text += "\(family.name)\(Self.braced(labels)) \(counter.value)\n"
            case .gauge(let gauge): text += "\(family.name)\(Self.braced(labels)) \(Self.format(gauge.value))\n"
            case .histogram(let histogram): append(histogram, name: family.name, labels: labels, to: &text)
            }
        }
    }

    /// OpenMetrics names the family without what its samples end in.
    private func name(of family: MetricFamily) -> String {
        guard self == .openMetrics else { return family.name }
        switch family.kind {
        case .counter: return String(family.name.dropLast("_total".count))
        case .info: return String(family.name.dropLast("_info".count))
        case .gauge, .histogram: return family.name
        }
    }

    private func type(of family: MetricFamily) -> String { self == .openMetrics && family.kind == .info ? "info" : family.type }

    private func append(_ histogram: Histogram, name: String, labels: String, to text: inout String) {
        let (counts, sum) = histogram.snapshot
        let prefix = labels.isEmpty ? "" : labels + ","
        var total: UInt64 = 0
        for (index, count) in counts.enumerated() {
            total += count
            text += "\(name)_bucket{\(prefix)le=\"\(bound(index, of: histogram))\"} \(total)\n"
        }
        text += "\(name)_sum\(Self.braced(labels)) \(Self.format(sum))\n\(name)_count\(Self.braced(labels)) \(total)\n"
    }

    /// OpenMetrics wants a bound to look like the float that it is.
    private func bound(_ index: Int, of histogram: Histogram) -> String {
        guard index < histogram.bounds.count else { return "+Inf" }
        let bound = Double(histogram.bounds[index]) / 1e9
        return self == .openMetrics ? bound.description : Self.format(bound)
    }

    private static func format(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if value == value.rounded(), abs(value) < 1e15 { return String(Int64(value)) }
        return value.description
    }

    private static func braced(_ labels: String) -> String { labels.isEmpty ? "" : "{\(labels)}" }

    static func escape(_ text: String, quotes: Bool) -> String {
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
}
