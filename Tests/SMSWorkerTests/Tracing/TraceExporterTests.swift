import Dispatch
import EventLoop
import Metrics
import Synchronization
import Testing
import Time
import WebClient

@testable import Requests
@testable import SMSPipeline
@testable import SMSWorker

@Suite(.timeLimit(.minutes(1))) struct TraceExporterTests {
    private typealias Post = @Sendable (WebRequest) -> Result<WebRequest.Answer, WebRequest.Failure>

    private static let span = TraceSpan(
        context: TraceContext(Array("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".utf8))!, id: 1, parent: 2,
        kind: .event(.sent), start: MonotonicInstant(nanoseconds: 5), end: MonotonicInstant(nanoseconds: 7))

    private static let description = SpanDescription(group: "g", statusTopic: "s", provider: .http(baseURL: "http://127.0.0.1/"))

    private func exporter(_ registry: MetricsRegistry, _ post: @escaping Post) throws -> TraceExporter {
        let settings = try #require(
            loadConfiguration(["OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"]).configuration.traces)
        return try TraceExporter(settings, Self.description, metrics: TraceMetrics(registry), post: post)
    }

    private func figure(_ registry: MetricsRegistry, _ name: String) -> Int {
        let text = String(decoding: MetricsText.prometheus.render(registry), as: UTF8.self)
        return text.split(separator: "\n").filter { $0.hasPrefix(name) }.compactMap { Int($0.split(separator: " ")[1]) }.reduce(0, +)
    }

    @Test func whatWaitsAtTheEndStillGoes() throws {
        let registry = MetricsRegistry()
        let bodies = Mutex<[Int]>([])
        let exporter = try exporter(registry) { request in
            bodies.withLock { $0.append(request.body.count) }
            return .success(WebRequest.Answer(status: 200, body: []))
        }
        for _ in 0..<10 { exporter.append(Self.span) }
        exporter.stop()
        #expect(figure(registry, "rocketsms_spans_exported_total") == 10 && bodies.withLock { $0.count } == 1)
    }

    /// One that does not answer costs spans: those beyond the buffer at once, those of its batches as they fail. Nobody waits.
    @Test func aCollectorThatHangsCostsSpansAndNothingElse() throws {
        let registry = MetricsRegistry()
        let gate = Mutex(())
        let exporter = try exporter(registry) { _ in
            // Held until all spans are there.
            gate.withLock { _ in .failure(WebRequest.Failure.noAnswer("Timeout was reached")) }
        }
        gate.withLock { _ in
            for _ in 0..<100_000 { exporter.append(Self.span) }
        }
        exporter.stop()
        let dropped = figure(registry, "rocketsms_spans_dropped_total")
        #expect(dropped == 100_000 && figure(registry, "rocketsms_spans_exported_total") == 0)
        #expect(figure(registry, #"rocketsms_spans_dropped_total{reason="full"}"#) >= 100_000 - SpanBuffer.limit - SpanBuffer.batchLimit)
    }

    /// The end of the process does not wait for it: a supervisor's patience is for what runs.
    @Test func aCollectorThatHangsHoldsUpNoEnd() throws {
        let release = DispatchSemaphore(value: 0)
        let exporter = try exporter(MetricsRegistry()) { _ in
            release.wait()
            return .failure(WebRequest.Failure.noAnswer("Timeout was reached"))
        }
        exporter.append(Self.span)
        let begun = MonotonicInstant.now
        exporter.stop()
        #expect(MonotonicInstant.now - begun < .seconds(10))
        release.signal()
    }

    @Test(arguments: [400, 429, 503, 302])
    func aRefusalIsCounted(status: Int) throws {
        let registry = MetricsRegistry()
        let exporter = try exporter(registry) { _ in .success(WebRequest.Answer(status: status, body: [])) }
        exporter.append(Self.span)
        exporter.stop()
        #expect(figure(registry, #"rocketsms_spans_dropped_total{reason="refused"}"#) == 1)
    }

    @Test func aBufferGivesItsSpansInTheirOrderOnce() {
        var buffer = SpanBuffer()
        var given = 0
        var taken: [UInt64] = []
        var chance = Chance(seed: 3)
        while given < 60_000 || buffer.count > 0 {
            if given < 60_000, chance.next() % 3 > 0 {
                for _ in 0..<400 where given < 60_000 && buffer.count < SpanBuffer.limit {
                    given += 1
                    _ = buffer.append(
                        TraceSpan(
                            context: Self.span.context, id: UInt64(given), parent: 2, kind: .event(.sent), start: Self.span.start,
                            end: Self.span.end))
                }
            } else {
                taken += buffer.takeBatch().map(\.id)
            }
        }
        #expect(taken == (1...60_000).map { UInt64($0) } && buffer.dropped == 0)
    }
}
