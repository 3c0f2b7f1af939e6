import Metrics
import Testing

@Suite struct MetricsRegistryTests {
    @Test func rendersTheTextFormat() {
        let registry = MetricsRegistry()
        let accepted = registry.counter("rocketsms_sends_total", help: "Attempts by outcome.", labels: ["outcome": "accepted"])
        let refused = registry.counter("rocketsms_sends_total", help: "Attempts by outcome.", labels: ["outcome": "a\"b\\c\nd"])
        let ready = registry.gauge("rocketsms_ready", help: "1 when ready,\nelse 0; a \\ and a \"quote\".")
        let latency = registry.histogram(
            "rocketsms_request_seconds", help: "Round trips.", labels: ["operation": "send"],
            buckets: [.milliseconds(10), .milliseconds(100), .seconds(2.5)])
        accepted.increment()
        accepted.increment(by: 4)
        refused.increment()
        ready.set(true)
        latency.observe(.milliseconds(10))
        latency.observe(.milliseconds(11))
        latency.observe(.seconds(3))
        #expect(
            String(decoding: registry.renderPrometheus(), as: UTF8.self) == #"""
                # HELP rocketsms_ready 1 when ready,\nelse 0; a \\ and a "quote".
                # TYPE rocketsms_ready gauge
                rocketsms_ready 1
                # HELP rocketsms_request_seconds Round trips.
                # TYPE rocketsms_request_seconds histogram
                rocketsms_request_seconds_bucket{operation="send",le="0.01"} 1
                rocketsms_request_seconds_bucket{operation="send",le="0.1"} 2
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

    @Test func theSameNameAndLabelsAreTheSameHandle() {
        let registry = MetricsRegistry()
        let first = registry.counter("a_total", help: "", labels: ["k": "1"])
        #expect(registry.counter("a_total", help: "", labels: ["k": "1"]) === first)
        #expect(registry.counter("a_total", help: "", labels: ["k": "2"]) !== first)
    }

    @Test func aSeriesCanBeRemoved() {
        let registry = MetricsRegistry()
        let gauge = registry.gauge("lag", help: "", labels: ["partition": "1"])
        gauge.set(7)
        _ = registry.gauge("lag", help: "", labels: ["partition": "2"])
        registry.remove("lag", labels: ["partition": "1"])
        #expect(String(decoding: registry.renderPrometheus(), as: UTF8.self) == "# HELP lag \n# TYPE lag gauge\nlag{partition=\"2\"} 0\n")
        registry.remove("lag", labels: ["partition": "2"])
        #expect(registry.renderPrometheus().isEmpty)
        #expect(registry.gauge("lag", help: "", labels: ["partition": "1"]).value == 0)
    }
}
