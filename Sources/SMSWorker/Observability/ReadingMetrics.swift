package import Metrics
package import Requests

/// What comes out of the request topics.
package struct ReadingMetrics: Sendable {
    package let consumed: Counter
    package let admitted: Counter
    package let duplicates: Counter
    package let repeatsThatDiffer: Counter
    package let unusableSenders: Counter
    package let missingTemplates: Counter
    package let gaps: Counter
    package let seekBacks: Counter
    package let commandsApplied: Counter
    package let commandsDropped: Counter
    private let deadLetters: [DeadLetterCode: Counter]

    init(_ registry: MetricsRegistry) {
        consumed = registry.counter(MetricCatalog.consumed)
        admitted = registry.counter(MetricCatalog.admitted)
        duplicates = registry.counter(MetricCatalog.duplicates)
        repeatsThatDiffer = registry.counter(MetricCatalog.repeatsThatDiffer)
        unusableSenders = registry.counter(MetricCatalog.unusableSenders)
        missingTemplates = registry.counter(MetricCatalog.missingTemplates)
        gaps = registry.counter(MetricCatalog.gaps)
        seekBacks = registry.counter(MetricCatalog.seekBacks)
        commandsApplied = registry.counter(MetricCatalog.commands, ["result": "applied"])
        commandsDropped = registry.counter(MetricCatalog.commands, ["result": "dropped"])
        deadLetters = Dictionary(
            uniqueKeysWithValues: DeadLetterCode.allCases.map { ($0, registry.counter(MetricCatalog.deadLetters, ["code": $0.rawValue])) })
    }

    package func deadLettered(_ code: DeadLetterCode) { deadLetters[code]?.increment() }
}
