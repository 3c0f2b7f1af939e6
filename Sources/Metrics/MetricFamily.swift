/// One metric by its name, with all its series: a row of the table that handles, documents and checks are made of.
package struct MetricFamily: Equatable, Sendable {
    package enum Kind: Equatable, Sendable {
        case counter, gauge
        /// By inclusive upper bounds, rising.
        case histogram([Duration])
        /// Always 1: its labels are what it says.
        case info
    }

    /// A label, and what bounds its values.
    package struct Label: Equatable, Sendable {
        package let name: String
        /// All that there are; empty: as `bound` says.
        package let values: [String]
        package let bound: String

        package static func of(_ name: String, _ values: [String]) -> Label { Label(name: name, values: values, bound: "") }

        /// - Parameter bound: what keeps them few, in words.
        package static func open(_ name: String, _ bound: String) -> Label { Label(name: name, values: [], bound: bound) }
    }

    package let name: String
    package let kind: Kind
    /// What is counted or measured, in the plural: `seconds`, `requests`; empty where there is none.
    package let unit: String
    package let labels: [Label]
    package let help: String

    package init(_ kind: Kind, _ name: String, unit: String = "", labels: [Label] = [], _ help: String) {
        precondition(Self.isName(name), "the name of a metric is letters, digits and _")
        precondition(labels.allSatisfy { Self.isName($0.name) }, "the name of a label is letters, digits and _")
        self.name = name
        self.kind = kind
        self.unit = unit
        self.labels = labels
        self.help = help
    }

    /// The word of Prometheus' text format, which knows no `info`.
    package var type: String {
        switch kind {
        case .counter: "counter"
        case .gauge, .info: "gauge"
        case .histogram: "histogram"
        }
    }

    /// What a series may be called: these labels in this order, each with a value that it may have.
    func allows(_ series: MetricsRegistry.Labels) -> Bool {
        series.count == labels.count
            && zip(series, labels).allSatisfy { $0.key == $1.name && ($1.values.isEmpty || $1.values.contains($0.value)) }
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
