internal import Glibc
internal import Kafka
internal import Metrics
internal import Requests
internal import SMSPipeline

/// What runs, and what it takes of the machine: read from /proc when somebody asks. What cannot be read stays as it was.
struct ProcessMetrics: Sendable {
    private let cpuSeconds: Gauge
    private let residentBytes: Gauge
    private let virtualBytes: Gauge
    private let openDescriptors: Gauge
    private let mostDescriptors: Gauge
    private let startTime: Gauge
    private let bootTime: Double?

    init(_ registry: MetricsRegistry) {
        registry.info(MetricCatalog.build, ["version": WorkerVersion.string, "librdkafka": LibrdkafkaVersion.string])
        cpuSeconds = registry.total(MetricCatalog.cpuSeconds)
        residentBytes = registry.gauge(MetricCatalog.residentBytes)
        virtualBytes = registry.gauge(MetricCatalog.virtualBytes)
        openDescriptors = registry.gauge(MetricCatalog.openDescriptors)
        mostDescriptors = registry.gauge(MetricCatalog.mostDescriptors)
        startTime = registry.gauge(MetricCatalog.startTime)
        bootTime = (try? BoundedFile.read("/proc/stat", atMost: 4 << 20)).flatMap { ProcessStatistics.bootTime(of: $0) }
    }

    func read() {
        let ticks = Double(max(1, sysconf(Int32(_SC_CLK_TCK))))
        if let bytes = try? BoundedFile.read("/proc/self/stat", atMost: 4_096), let statistics = ProcessStatistics(bytes) {
            cpuSeconds.set(statistics.cpuTicks / ticks)
            virtualBytes.set(statistics.virtualBytes)
            residentBytes.set(statistics.residentPages * Double(max(1, getpagesize())))
            if let bootTime { startTime.set(bootTime + statistics.startTicks / ticks) }
        }
        if let count = Self.descriptorCount() { openDescriptors.set(count) }
        var limits = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) == 0 { mostDescriptors.set(Double(limits.rlim_cur)) }
    }

    private static func descriptorCount() -> Int? {
        // Since Linux 6.2 the folder's size is their number; to list them takes a millisecond where there are hundreds.
        var folder = stat()
        if stat("/proc/self/fd", &folder) == 0, folder.st_size > 0 { return Int(folder.st_size) }
        guard let directory = opendir("/proc/self/fd") else { return nil }
        defer { closedir(directory) }
        var count = 0
        while readdir(directory) != nil { count += 1 }
        // "." and "..", and the one that reads.
        return max(0, count - 3)
    }
}

/// The fields of /proc/self/stat that are shown (proc(5)).
struct ProcessStatistics: Equatable {
    let cpuTicks: Double
    let startTicks: Double
    let virtualBytes: Double
    let residentPages: Double

    /// Nil where it is no such line. The program's name, in parentheses, may hold anything.
    init?(_ bytes: [UInt8]) {
        guard let end = bytes.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        // From the third field on.
        let fields = bytes[(end + 1)...].split(separator: UInt8(ascii: " ")).map { Double(String(decoding: $0, as: UTF8.self)) }
        guard fields.count > 21, let user = fields[11], let system = fields[12], let start = fields[19], let size = fields[20],
            let resident = fields[21]
        else { return nil }
        cpuTicks = user + system
        startTicks = start
        virtualBytes = size
        residentPages = resident
    }

    /// Of /proc/stat, in seconds since 1970.
    static func bootTime(of bytes: [UInt8]) -> Double? {
        for line in bytes.split(separator: UInt8(ascii: "\n")) where line.starts(with: "btime ".utf8) {
            return Double(String(decoding: line.dropFirst(6), as: UTF8.self))
        }
        return nil
    }
}
