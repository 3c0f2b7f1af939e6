import EventLoop
import Kafka
import TestSupport
import Testing
import Time

/// A consumer that is given up, as after a fencing, is freed whatever it waits for: a handle that hangs would keep its thread for ever,
/// and a core with it.
@Suite("Freeing a consumer", .enabled(if: Broker.isAvailable, "needs a broker"), .timeLimit(.minutes(1)))
struct DestroyTests {
    enum Moment: String, CaseIterable, Sendable {
        /// Its group is not joined yet.
        case atOnce
        /// An event waits to be polled.
        case notPolled
        /// An event was polled and not answered.
        case notAnswered
        case assigned
    }

    @Test(arguments: ["cooperative-sticky", "range"], Moment.allCases)
    func neverHangs(strategy: String, moment: Moment) async throws {
        let broker = try await Broker.shared()
        let topic = try await onThread { try broker.makeTopic(partitions: 2) }
        // An unanswered question makes each wait some seconds for another.
        for _ in 0..<(moment == .notAnswered ? 1 : 5) {
            let isFreed = TestSignal()
            let thread = try WorkThread(name: "destroyer")
            thread.submit {
                do {
                    let consumer = try Consumer(
                        group: fresh("group"), instanceID: nil, bootstrapServers: broker.bootstrapServers,
                        properties: [(key: "partition.assignment.strategy", value: strategy)], topics: [topic])
                    try Self.reach(moment, consumer)
                    consumer.destroy()
                    isFreed.fire()
                } catch {
                    Issue.record(error)
                }
            }
            thread.abandon()
            await isFreed.wait()
            try #require(isFreed.isFired)
        }
    }

    private static func reach(_ moment: Moment, _ consumer: Consumer) throws {
        let descriptor = try EventDescriptor.make()
        if moment == .atOnce { return }
        consumer.wake(eventDescriptor: descriptor)
        try waitUntil("an event") { waitReadable(descriptor, .milliseconds(100)) }
        if moment == .notPolled { return }
        try waitUntil("an assignment") {
            guard case .assign(let partitions) = consumer.poll() else { return false }
            if moment == .assigned { try consumer.assign(partitions) }
            return true
        }
    }
    /// A second member has joined, and waits for the first one's answer to a revoke.
    @Test(.enabled(if: Broker.isKafka, "needs Apache Kafka"), arguments: ["cooperative-sticky", "range"])
    func neverHangsInARevoke(strategy: String) async throws {
        let broker = try await Broker.shared()
        let isFreed = TestSignal()
        let thread = try WorkThread(name: "destroyer")
        thread.submit {
            do {
                let topic = try broker.makeTopic(partitions: 2)
                let group = fresh("group")
                let properties = [
                    (key: "partition.assignment.strategy", value: strategy), (key: "heartbeat.interval.ms", value: "200"),
                    (key: "session.timeout.ms", value: "6000"),
                ]
                let first = try Consumer(
                    group: group, instanceID: nil, bootstrapServers: broker.bootstrapServers, properties: properties, topics: [topic])
                let descriptor = try EventDescriptor.make()
                first.wake(eventDescriptor: descriptor)
                func answerUntilRevoke(_ others: () throws -> Bool) throws {
                    var isAsked = false
                    try waitUntil("the question") {
                        _ = waitReadable(descriptor, .milliseconds(10))
                        while !isAsked, let event = first.poll() {
                            switch consume event {
                            case .assign(let partitions): try first.assign(partitions)
                            case .revoke: isAsked = true
                            default: continue
                            }
                        }
                        return try others() || isAsked
                    }
                }
                try answerUntilRevoke { first.rebalanceProtocol != .none }
                let second = try TestMember(
                    broker.bootstrapServers, group: group, topic: topic,
                    properties: [(key: "partition.assignment.strategy", value: strategy)])
                try answerUntilRevoke {
                    try second.turn()
                    return false
                }
                first.destroy()
                isFreed.fire()
                // The group goes on without it when its session has ended.
                try second.turn(until: "all partitions") { second.assigned.count == 2 }
            } catch {
                Issue.record(error)
            }
        }
        thread.abandon()
        await isFreed.wait()
        try #require(isFreed.isFired)
    }
}
