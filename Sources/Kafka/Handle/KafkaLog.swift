internal import CLibrdkafka
internal import EventLoop
internal import Logging
internal import Synchronization
internal import Time

/// librdkafka's own log lines, in ours. They come from its threads, and a broker that is down says the same many times a second:
/// of each kind one line in five seconds is let through, with the count of those that were not.
enum KafkaLog {
    private static let logger = Mutex(Logger(label: "librdkafka"))
    private static let admission = Mutex(OncePer<Kind>(.seconds(5)))
    private static let unreadable = Mutex(OncePer<Int>(.seconds(3_600)))

    /// What repeats: librdkafka's facility (`FAIL`, `REQTMOUT`) of one client.
    private struct Kind: Hashable, Sendable {
        let facility: String
        let client: String
    }

    static let receive: @convention(c) (OpaquePointer?, Int32, UnsafePointer<CChar>?, UnsafePointer<CChar>?) -> Void = {
        client, level, facility, text in
        KafkaLog.receive(
            client: client.flatMap { rd_kafka_name($0) }.map { String(cString: $0) } ?? "", syslogLevel: level,
            facility: facility.map { String(cString: $0) } ?? "", text: text.map { String(cString: $0) } ?? "")
    }

    private static func receive(client: String, syslogLevel: Int32, facility: String, text: String) {
        let level = logLevel(syslogLevel)
        let logger = logger.withLock { $0 }
        guard logger.isEnabled(level) else { return }
        // Debug lines exist only where an operator asked for them with the property `debug`.
        var suppressed = 0
        if level > .debug {
            let kind = Kind(facility: facility, client: client)
            guard let count = admission.withLock({ $0.admit(kind, at: MonotonicInstant.now.nanoseconds) }) else { return }
            suppressed = count
        }
        var metadata: Logger.Metadata = ["kafka.client": "\(client)", "kafka.facility": "\(facility)"]
        if suppressed > 0 { metadata["suppressed"] = "\(suppressed)" }
        logger.log(level, text, metadata: metadata)
    }

    /// From now on the lines go there. A test looks at them, whoever else sets up the log of the process meanwhile.
    static func write(to system: LoggingSystem) {
        logger.withLock { $0 = Logger(label: "librdkafka", system: system) }
    }

    /// Once in an hour: the next ones come every few seconds and would say the same.
    static func unreadableStatistics(_ problem: String) {
        guard unreadable.withLock({ $0.admit(0, at: MonotonicInstant.now.nanoseconds) }) != nil else { return }
        logger.withLock { $0 }.warning("statistics that cannot be read; their metrics stand still: \(problem)")
    }

    /// What goes wrong in librdkafka is repaired by it or becomes an error of ours: nothing that it says alone is worth more than a warning.
    static func logLevel(_ syslogLevel: Int32) -> LogLevel {
        switch syslogLevel {
        case ...4: .warning
        case 5: .notice
        case 6: .info
        default: .debug
        }
    }
}
