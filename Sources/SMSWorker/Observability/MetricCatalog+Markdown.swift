internal import Metrics

extension MetricCatalog {
    /// docs/metrics.md.
    package static var markdown: String {
        var text = """
            # Metrics

            `GET /metrics` of the admin port: Prometheus' text format, or OpenMetrics where `Accept` asks for it. Made from the table in
            `MetricCatalog.swift`; a test compares. Every series is there from the start, but for the lag of a topic that is not read.
            The last section is what `audit --follow --metrics-port` serves, and no worker does.
            Histograms have `_bucket`, `_sum` and `_count`. What to do about a figure stands in [operating.md](operating.md).


            """
        for section in sections + [follow] {
            text += "## \(section.title)\n\n| name | type | labels | unit | |\n| --- | --- | --- | --- | --- |\n"
            for family in section.families { text += row(family) }
            text += "\n"
        }
        text.removeLast()
        return text
    }

    private static func row(_ family: MetricFamily) -> String {
        let type =
            switch family.kind {
            case .info: "info"
            case .histogram(let bounds): "histogram, \(name(bounds.first)) … \(name(bounds.last))"
            case .counter, .gauge: family.type
            }
        let labels = family.labels.map { label in
            "`\(label.name)`: \(label.values.isEmpty ? label.bound : label.values.map { "`\($0)`" }.joined(separator: ", "))"
        }
        return "| `\(family.name)` | \(type) | \(labels.joined(separator: "; ")) | \(family.unit) | \(family.help) |\n"
    }

    private static func name(_ bound: Duration?) -> String {
        let seconds = (bound ?? .zero) / .seconds(1)
        return seconds >= 3_600 ? "\(Int(seconds / 3_600)) h" : seconds >= 1 ? "\(Int(seconds)) s" : "\(Int(seconds * 1_000 + 0.5)) ms"
    }
}
