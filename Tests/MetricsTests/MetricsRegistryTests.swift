import Metrics
import Testing

@Suite struct MetricsRegistryTests {
    private static let sends = MetricFamily(
        .counter, "rocketsms_sends_total", unit: "sends", labels: [.open("outcome", "few")], "Attempts by outcome.")
    private static let lag = MetricFamily(.gauge, "lag", labels: [.of("partition", ["1", "2"])], "")

    private func text(_ registry: MetricsRegistry, _ format: MetricsText = .prometheus) -> String {
        String(decoding: format.render(registry), as: UTF8.self)
    }

    private var sample: MetricsRegistry {
        let registry = MetricsRegistry()
        let ready = MetricFamily(.gauge, "rocketsms_ready", "1 when ready,\nelse 0; a \\ and a \"quote\".")
        let latency = MetricFamily(
            .histogram([.milliseconds(10), .milliseconds(100), .seconds(1), .seconds(2.5)]), "rocketsms_request_seconds", unit: "seconds",
            labels: [.of("operation", ["send"])], "Round trips.")
        registry.counter(Self.sends, ["outcome": "accepted"]).increment()
        registry.counter(Self.sends, ["outcome": "accepted"]).increment(by: 4)
        registry.counter(Self.sends, ["outcome": "a\"b\\c\nd"]).increment()
        registry.gauge(ready).set(true)
        for duration in [Duration.milliseconds(10), .milliseconds(11), .seconds(3)] {
            registry.histogram(latency, ["operation": "send"]).observe(duration)
        }
        registry.info(MetricFamily(.info, "a_build_info", labels: [.open("version", "one")], "What runs."), ["version": "1"])
        registry.total(MetricFamily(.counter, "cpu_seconds_total", unit: "seconds", "Time.")).set(1.5)
        return registry
    }

    @Test func rendersTheTextFormat() {
        #expect(
            text(sample) == #"""
                # HELP a_build_info What runs.
                # TYPE a_build_info gauge
                a_build_info{version="1"} 1
                # HELP cpu_seconds_total Time.
                # TYPE cpu_seconds_total counter
                cpu_seconds_total 1.5
                # HELP rocketsms_ready 1 when ready,\nelse 0; a \\ and a "quote".
                # TYPE rocketsms_ready gauge
                rocketsms_ready 1
                # HELP rocketsms_request_seconds Round trips.
                # TYPE rocketsms_request_seconds histogram
                rocketsms_request_seconds_bucket{operation="send",le="0.01"} 1
                rocketsms_request_seconds_bucket{operation="send",le="0.1"} 2
                rocketsms_request_seconds_bucket{operation="send",le="1"} 2
                rocketsms_request_seconds_bucket{operation="send",le="2.5"} 2
                rocketsms_request_seconds_bucket{operation="send",le="+Inf"} 3
                rocketsms_request_seconds_sum{operation="send"} 3.021
                rocketsms_request_seconds_count{operation="send"} 3
                # HELP rocketsms_sends_total Attempts by outcome.
                # TYPE rocketsms_sends_total counter
                rocketsms_sends_total{outcome="accepted"} 5
                rocketsms_sends_total{outcome="a\"b\\c\nd"} 1

                """#)
    }

    @Test func rendersOpenMetrics() {
        #expect(
            text(sample, .openMetrics) == #"""
                # HELP a_build What runs.
                # TYPE a_build info
                a_build_info{version="1"} 1
                # HELP cpu_seconds Time.
                # TYPE cpu_seconds counter
                # UNIT cpu_seconds seconds
                cpu_seconds_total 1.5
                # HELP rocketsms_ready 1 when ready,\nelse 0; a \\ and a \"quote\".
                # TYPE rocketsms_ready gauge
                rocketsms_ready 1
                # HELP rocketsms_request_seconds Round trips.
                # TYPE rocketsms_request_seconds histogram
                # UNIT rocketsms_request_seconds seconds
                rocketsms_request_seconds_bucket{operation="send",le="0.01"} 1
                rocketsms_request_seconds_bucket{operation="send",le="0.1"} 2
                rocketsms_request_seconds_bucket{operation="send",le="1.0"} 2
                rocketsms_request_seconds_bucket{operation="send",le="2.5"} 2
                rocketsms_request_seconds_bucket{operation="send",le="+Inf"} 3
                rocketsms_request_seconds_sum{operation="send"} 3.021
                rocketsms_request_seconds_count{operation="send"} 3
                # HELP rocketsms_sends Attempts by outcome.
                # TYPE rocketsms_sends counter
                # UNIT rocketsms_sends sends
                rocketsms_sends_total{outcome="accepted"} 5
                rocketsms_sends_total{outcome="a\"b\\c\nd"} 1
                # EOF

                """#)
    }

    @Test(
        arguments: [
            (nil, MetricsText.prometheus), ("", .prometheus), ("*/*", .prometheus), ("text/plain;version=0.0.4", .prometheus),
            ("application/openmetrics-text", .openMetrics), ("Application/OpenMetrics-Text; version=1.0.0", .openMetrics),
            // Prometheus 2 and 3.
            (
                "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
                .openMetrics
            ),
            (
                "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4",
                .openMetrics
            ),
            ("text/plain;q=0.9, application/openmetrics-text;q=0.5", .prometheus), ("application/openmetrics-text;q=0", .prometheus),
            ("application/openmetrics-text;q=x", .prometheus), (",;,=;q", .prometheus),
        ] as [(String?, MetricsText)])
    func theReaderChoosesTheFormat(_ accept: String?, _ format: MetricsText) { #expect(MetricsText(accept: accept) == format) }

    @Test func theSameNameAndLabelsAreTheSameHandle() {
        let registry = MetricsRegistry()
        let first = registry.counter(Self.sends, ["outcome": "1"])
        #expect(registry.counter(Self.sends, ["outcome": "1"]) === first)
        #expect(registry.counter(Self.sends, ["outcome": "2"]) !== first)
    }

    @Test func aSeriesCanBeRemoved() {
        let registry = MetricsRegistry()
        let gauge = registry.gauge(Self.lag, ["partition": "1"])
        gauge.set(7)
        _ = registry.gauge(Self.lag, ["partition": "2"])
        registry.remove(Self.lag, ["partition": "1"])
        #expect(text(registry) == "# HELP lag \n# TYPE lag gauge\nlag{partition=\"2\"} 0\n")
        registry.remove(Self.lag, ["partition": "2"])
        #expect(text(registry).isEmpty)
        #expect(registry.gauge(Self.lag, ["partition": "1"]).value == 0)
    }

    @Test func whatIsReadWhereItStandsIsReadBeforeEachRendering() {
        let registry = MetricsRegistry()
        let gauge = registry.gauge(MetricFamily(.gauge, "g", ""))
        registry.beforeRendering { gauge.add(1) }
        _ = text(registry)
        #expect(text(registry).hasSuffix("\ng 2\n"))
    }
}
