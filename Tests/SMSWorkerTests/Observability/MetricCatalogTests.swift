import Foundation
import Kafka
import Metrics
import Testing

@testable import Requests
@testable import SMSPipeline
@testable import SMSWorker

/// The table of metrics is what the worker shows, and what the document says.
@Suite struct MetricCatalogTests {
    private static let document = URL(filePath: #filePath).appending(path: "../../../../docs/metrics.md").standardized
    private static let families = (MetricCatalog.sections + [MetricCatalog.follow]).flatMap(\.families)

    @Test func everyFamilyIsShownAndNoOther() {
        let metrics = WorkerMetrics()
        _ = AuditMetrics(metrics.registry)
        metrics.kafka.show(Statistics(), lag: ["sms.requests": 1])
        let text = String(decoding: MetricsText.prometheus.render(metrics.registry), as: UTF8.self)
        let types = text.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }
        let shown = types.map { $0.split(separator: " ")[2...].joined(separator: " ") }
        #expect(shown.sorted() == Self.families.map { "\($0.name) \($0.type)" }.sorted())
        #expect(Set(Self.families.map(\.name)).count == Self.families.count)
    }

    @Test func everyNameSaysWhatItIs() {
        for family in Self.families {
            #expect(family.name.hasPrefix("rocketsms_") || family.name.hasPrefix("process_"), "\(family.name)")
            #expect(family.help.hasSuffix("."), "\(family.name)")
            switch family.kind {
            case .counter: #expect(family.name.hasSuffix("_total") && !family.unit.isEmpty, "\(family.name)")
            case .histogram: #expect(family.name.hasSuffix("_seconds") && family.unit == "seconds", "\(family.name)")
            case .info: #expect(family.name.hasSuffix("_info"), "\(family.name)")
            case .gauge: #expect(!family.name.hasSuffix("_total") && !family.name.hasSuffix("_info"), "\(family.name)")
            }
            for unit in ["seconds", "bytes", "ratio"] {
                #expect((family.unit == unit) == family.name.replacing("_total", with: "").hasSuffix("_\(unit)"), "\(family.name)")
            }
            // What multiplies is bounded: no family has more series than a page.
            #expect(family.labels.reduce(1) { $0 * max(1, $1.values.count) } <= 64, "\(family.name)")
        }
    }

    /// `WRITE_DOCUMENTS=1 swift test --filter MetricCatalogTests` writes it.
    @Test func theDocumentIsMadeOfTheTable() throws {
        if ProcessInfo.processInfo.environment["WRITE_DOCUMENTS"] != nil {
            try MetricCatalog.markdown.write(to: Self.document, atomically: true, encoding: .utf8)
        }
        let written = (try? String(contentsOf: Self.document, encoding: .utf8)) ?? ""
        #expect(written == MetricCatalog.markdown, "docs/metrics.md: WRITE_DOCUMENTS=1 swift test --filter MetricCatalogTests writes it")
    }
}
