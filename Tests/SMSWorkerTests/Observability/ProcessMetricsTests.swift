import EventLoop
import Metrics
import Testing
import Time

@testable import SMSWorker

@Suite struct ProcessMetricsTests {
    @Test func aProcessWithAnyNameIsRead() throws {
        let line = "7 (a) b (c)) S 1 7 7 0 -1 4194560 10 0 0 0 250 50 0 0 20 0 5 0 12345 104857600 2560 18446744073709551615 1"
        let statistics = try #require(ProcessStatistics(Array(line.utf8)))
        #expect(statistics.cpuTicks == 300 && statistics.startTicks == 12_345)
        #expect(statistics.virtualBytes == 104_857_600 && statistics.residentPages == 2_560)
        #expect(ProcessStatistics(Array("7 (a) S 1".utf8)) == nil && ProcessStatistics([]) == nil)
        #expect(ProcessStatistics.bootTime(of: Array("cpu 1 2\nbtime 1700000000\nprocesses 3\n".utf8)) == 1_700_000_000)
        #expect(ProcessStatistics.bootTime(of: []) == nil)
    }

    @Test func thisProcessIsRead() {
        let registry = MetricsRegistry()
        let process = ProcessMetrics(registry)
        process.read()
        var figures: [Substring: Double] = [:]
        let text = String(decoding: MetricsText.prometheus.render(registry), as: UTF8.self)
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let words = line.split(separator: " ")
            figures[words[0]] = Double(words[1])
        }
        #expect((figures["process_cpu_seconds_total"] ?? 0) > 0)
        #expect((figures["process_resident_memory_bytes"] ?? 0) > 1_000_000)
        #expect((figures["process_virtual_memory_bytes"] ?? 0) > (figures["process_resident_memory_bytes"] ?? 0))
        #expect((figures["process_open_fds"] ?? 0) >= 3)
        #expect((figures["process_max_fds"] ?? 0) > (figures["process_open_fds"] ?? 0))
        // Of the last days, and not of the future.
        let now = Double(WallTime.now.milliseconds) / 1_000
        #expect((now - 864_000...now + 1).contains(figures["process_start_time_seconds"] ?? 0))
    }
}
