internal import Requests
internal import SMSPipeline

extension WorkerConfiguration {
    package struct Track: Equatable, Sendable {
        /// Waits before the polls of a message, one after another; the last repeats. Never empty.
        package var cadence: [Duration]
        /// Counted like the cadence, from the later of acceptance and `sendAt`.
        package var horizon: Duration
        /// Polls under way at once in this process.
        package var maxInFlight: Int
    }
}
