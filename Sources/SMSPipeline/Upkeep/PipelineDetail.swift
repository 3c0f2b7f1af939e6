/// What the pipeline says of itself to whoever looks at it: the report of each second, and what is counted only when somebody asks.
package struct PipelineDetail: Equatable, Sendable {
    /// Requests of one lane, each counted once.
    package struct Lane: Equatable, Sendable {
        package var waiting = 0
        /// With a committed intent, or one under way to Kafka: next for a slot.
        package var stocked = 0
        package var running = 0

        package init() {}
    }

    /// How many requests to the provider are under way, and how many may be at most.
    package struct Slots: Equatable, Sendable {
        package var running = 0
        package var most = 0

        package init() {}
    }

    /// A partition that is owned here.
    package struct Partition: Equatable, Sendable {
        package enum State: String, Sendable { case restoring, open, closed, draining }

        package var key: PartitionKey
        package var state: State
        /// Why it is closed, or cannot be read.
        package var reason: String?
        package var waiting: Int
        /// Nil: not known.
        package var lag: Int64?

        package init(key: PartitionKey, state: State, reason: String? = nil, waiting: Int = 0, lag: Int64? = nil) {
            self.key = key
            self.state = state
            self.reason = reason
            self.waiting = waiting
            self.lag = lag
        }
    }

    package var health = HealthReport()
    package var priority = Lane()
    package var bulk = Lane()
    package var posts = Slots()
    package var polls = Slots()
    /// By topic and number.
    package var partitions: [Partition] = []
    /// Nil: not counted yet.
    package var ages: TrackedAges?

    package init() {}
}
