package import Logging
internal import Requests
internal import SMSPipeline

extension WorkerConfiguration {
    package struct Log: Equatable, Sendable {
        package var level: LogLevel
        package var format: LogFormat
    }
}
