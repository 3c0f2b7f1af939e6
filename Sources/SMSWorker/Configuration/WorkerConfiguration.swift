package import Logging
internal import Requests
package import SMSPipeline

/// Everything that the worker is told at start, checked. Made by `ConfigurationLoader`; each property's key, default, range and unit
/// stand with its descriptor in `ConfigurationKey+Table`.
package struct WorkerConfiguration: Equatable, Sendable {
    package var kafka: Kafka
    package var topics: Topics
    package var provider: Provider
    /// Nil: messages go by the provider's HTTP API.
    package var smpp: SMPPSettings?
    package var send: Send
    package var track: Track
    package var dedup: Dedup
    package var registry: Registry
    package var admin: Admin
    /// Nil: none.
    package var traces: Traces?
    package var log: Log

    /// How many ids of closed requests are kept, and how long.
    package struct Dedup: Equatable, Sendable {
        /// Counted from the closing of a request.
        package var window: Duration
        /// For each partition.
        package var maxEntries: Int
    }

    /// Where the schema of status events is known.
    package struct Registry: Equatable, Sendable {
        /// Without a slash at its end; nil: events are JSON without a frame.
        package var url: String?
        /// Nil: nobody says who asks.
        package var username: String?
        /// Of `run` alone.
        package var password: SecretText?
        /// Whether the schema is made known where it is not.
        package var registers: Bool
    }

    /// Where `/livez`, `/readyz`, `/metrics` and the status page are served.
    package struct Admin: Equatable, Sendable {
        package var host: String
        /// 0: any free one.
        package var port: Int
        /// What everything but `/livez` and `/readyz` asks for; nil: nothing.
        package var token: AdminToken?
    }
}

extension WorkerConfiguration {
    package typealias Send = SendSettings
    package typealias Track = TrackSettings
}

extension WorkerConfiguration {
    package struct Log: Equatable, Sendable {
        package var level: LogLevel
        package var format: LogFormat
    }
}
