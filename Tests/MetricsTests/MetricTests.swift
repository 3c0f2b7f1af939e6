import Metrics
import Testing

@Suite struct MetricTests {
    private let registry = MetricsRegistry()

    @Test func gauges() {
        let gauge = registry.gauge(MetricFamily(.gauge, "g", ""))
        gauge.set(2.5)
        gauge.add(-1)
        #expect(gauge.value == 1.5)
        gauge.set(3)
        #expect(gauge.value == 3)
        gauge.set(-Double.infinity)
        #expect(String(decoding: MetricsText.prometheus.render(registry), as: UTF8.self).hasSuffix("\ng -Inf\n"))
        gauge.set(Double.nan)
        #expect(String(decoding: MetricsText.prometheus.render(registry), as: UTF8.self).hasSuffix("\ng NaN\n"))
    }

    @Test func bucketsIncludeTheirBoundsAndTakeWhatIsOutside() {
        let histogram = registry.histogram(MetricFamily(.histogram([.seconds(1), .seconds(2)]), "h", ""))
        for duration in [Duration.seconds(-1), .zero, .seconds(1), .seconds(1) + .nanoseconds(1), .seconds(2), .seconds(5)] {
            histogram.observe(duration)
        }
        let snapshot = histogram.snapshot
        #expect(snapshot.counts == [3, 2, 1])
        #expect(abs(snapshot.sum - 9.000000001) < 1e-9)
    }

    /// A sum that begins anew looks like a restart, and a trap would be one.
    @Test func aSumOnlyGrowsWhateverIsObserved() {
        let histogram = registry.histogram(MetricFamily(.histogram([.seconds(1)]), "far", ""))
        var last = 0.0
        for _ in 0..<20 {
            for duration in [Duration.seconds(Int64.max), .seconds(Int64.min), .seconds(9_800_000_000), .milliseconds(Int64.max)] {
                histogram.observe(duration)
            }
            #expect(histogram.snapshot.sum > last)
            last = histogram.snapshot.sum
        }
        #expect(histogram.snapshot.counts == [20, 60])
    }

    @Test func nothingIsLostBetweenThreads() async {
        let counter = registry.counter(MetricFamily(.counter, "c_total", ""))
        let gauge = registry.gauge(MetricFamily(.gauge, "cg", ""))
        let histogram = registry.histogram(MetricFamily(.histogram(Histogram.roundTrips), "ch", ""))
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<10_000 {
                        counter.increment()
                        gauge.add(1)
                        histogram.observe(.milliseconds(3))
                    }
                }
            }
        }
        #expect(counter.value == 40_000)
        #expect(gauge.value == 40_000)
        #expect(histogram.snapshot.counts.reduce(0, +) == 40_000)
    }
}
