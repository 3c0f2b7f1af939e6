/// Both clocks, read once by whoever runs the pipeline.
package struct Now: Equatable, Sendable {
    package var monotonic: MonotonicInstant
    /// Milliseconds since 1970, the unit of Kafka's timestamps.
    package var wall: Int64

    package init(monotonic: MonotonicInstant, wall: Int64) {
        self.monotonic = monotonic
        self.wall = wall
    }
}
