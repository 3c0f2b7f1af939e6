/// Writes lines of one label to the process's log. Cheap to make, free to copy.
///
///     let logger = Logger(label: "send")
///     logger.info("partition opened", metadata: ["topic": "\(topic)", "partition": "\(partition)"])
///
/// No phone, text, record key, password or md5 goes into a message or a value, at any level; an id goes through `Logger.Redaction`.
package struct Logger: Sendable {
    package typealias Metadata = [String: MetadataValue]

    /// The part of the program that speaks.
    package let label: String
    private let system: LoggingSystem

    package init(label: String) { self.init(label: label, system: .shared) }

    package init(label: String, system: LoggingSystem) {
        self.label = label
        self.system = system
    }

    package func isEnabled(_ level: LogLevel) -> Bool { system.isEnabled(level) }

    package func log(_ level: LogLevel, _ message: @autoclosure () -> String, metadata: @autoclosure () -> Metadata = [:]) {
        guard system.isEnabled(level) else { return }
        system.write(level, label: label, message: message(), metadata: metadata())
    }

    package func trace(_ message: @autoclosure () -> String, metadata: @autoclosure () -> Metadata = [:]) {
        log(.trace, message(), metadata: metadata())
    }

    package func debug(_ message: @autoclosure () -> String, metadata: @autoclosure () -> Metadata = [:]) {
        log(.debug, message(), metadata: metadata())
    }

    package func info(_ message: @autoclosure () -> String, metadata: @autoclosure () -> Metadata = [:]) {
        log(.info, message(), metadata: metadata())
    }

    package func notice(_ message: @autoclosure () -> String, metadata: @autoclosure () -> Metadata = [:]) {
        log(.notice, message(), metadata: metadata())
    }

    package func warning(_ message: @autoclosure () -> String, metadata: @autoclosure () -> Metadata = [:]) {
        log(.warning, message(), metadata: metadata())
    }

    package func error(_ message: @autoclosure () -> String, metadata: @autoclosure () -> Metadata = [:]) {
        log(.error, message(), metadata: metadata())
    }
}
