import EventLoop
import Glibc
import Kafka
import TestSupport
import Testing
import Time

/// The only member of a group, with one partition assigned and paused: nothing comes before `resume` and `seek`.
final class SoloConsumer {
    let consumer: Consumer
    private let descriptor: CInt

    init(_ broker: Broker, _ partition: TopicPartition) throws {
        let consumer = try Consumer(
            group: fresh("group"), instanceID: nil, bootstrapServers: broker.bootstrapServers,
            properties: [(key: "fetch.wait.max.ms", value: "20")], topics: [partition.topic])
        descriptor = try EventDescriptor.make()
        self.consumer = consumer
        consumer.wake(eventDescriptor: descriptor)
        var isAssigned = false
        try waitUntil("an assignment") {
            _ = waitReadable(descriptor, .milliseconds(100))
            while !isAssigned, let event = consumer.poll() {
                guard case .assign(let partitions) = consume event else { continue }
                try consumer.assign(partitions)
                isAssigned = partitions == [partition]
            }
            return isAssigned
        }
    }

    /// As a `TestMember`, it leaves first; what else comes meanwhile needs no answer.
    deinit {
        consumer.closeQueue()
        do {
            try waitUntil("the member's end") {
                _ = waitReadable(descriptor, .milliseconds(10))
                while let event = consumer.poll() {
                    if case .revoke(let partitions, _) = consume event { try consumer.unassign(partitions) }
                }
                return consumer.isClosed
            }
        } catch { Issue.record(error) }
        consumer.destroy()
        EventDescriptor.close(descriptor)
    }

    /// Offsets of all records that come within this time.
    func records(within limit: Duration) -> [Int64] {
        let deadline = MonotonicInstant.now + limit
        var offsets: [Int64] = []
        while MonotonicInstant.now < deadline {
            if let offset = next(.milliseconds(10)) { offsets.append(offset) }
        }
        return offsets
    }

    /// The offset of the first record that is wanted; those of before a seek may still come.
    func record(_ isWanted: (Int64) -> Bool) throws -> Int64 {
        var found: Int64?
        try waitUntil("a record") {
            found = next(.milliseconds(100)).flatMap { isWanted($0) ? $0 : nil }
            return found != nil
        }
        return found ?? -1
    }

    private func next(_ timeout: Duration) -> Int64? {
        for attempt in 0..<2 {
            while let event = consumer.poll() {
                if case .record(let record) = consume event { return record.offset }
            }
            if attempt == 0, !waitReadable(descriptor, timeout) { return nil }
        }
        return nil
    }
}
