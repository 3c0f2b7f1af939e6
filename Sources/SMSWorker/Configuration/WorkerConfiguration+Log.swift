package import Logging

extension WorkerConfiguration {
    package struct Log: Equatable, Sendable {
        package var level: LogLevel
        package var format: LogFormat
    }
}
