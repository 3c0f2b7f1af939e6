import EventLoop
import Kafka
import TestSupport
import Testing
import Time

@Suite("A group member", .enabled(if: Broker.isAvailable, "needs a broker"), .timeLimit(.minutes(2)))
struct ConsumerTests {
    @Test func theLastRevokeIsAnEvent() async throws {
        let broker = try await Broker.shared()
        try await onThread {
            let topic = try broker.makeTopic(partitions: 2)
            let group = fresh("group")
            let member = try TestMember(broker.bootstrapServers, group: group, topic: topic)
            try member.turn(until: "both partitions") { member.assigned.count == 2 }
            let partitions = member.assigned
            member.beginToLeave()
            #expect(!member.consumer.isClosed)
            var revoked: Set<TopicPartition> = []
            try waitUntil("the last revoke") {
                if case .revoke(let partitions, let isLost) = member.consumer.poll() {
                    revoked = Set(partitions)
                    #expect(!isLost)
                }
                return !revoked.isEmpty
            }
            #expect(revoked == partitions)
            // The group waits for the answer.
            #expect(!member.consumer.isClosed)
            try member.consumer.unassign(Array(revoked))
            try member.turn(until: "the member's end") { member.consumer.isClosed }
            // It has left: the next one need not wait for a session of six seconds.
            let start = MonotonicInstant.now
            let next = try TestMember(broker.bootstrapServers, group: group, topic: topic)
            try next.join()
            if Broker.isKafka { #expect(MonotonicInstant.now - start < .seconds(5)) }
        }
    }

    @Test func leavingBeforeTheFirstAssignmentIsSafe() async throws {
        let broker = try await Broker.shared()
        try await onThread {
            let consumer = try Consumer(
                group: fresh("group"), instanceID: nil, bootstrapServers: broker.bootstrapServers, properties: [],
                topics: [try broker.makeTopic()])
            consumer.closeQueue()
            try waitUntil("its end") {
                while let event = consumer.poll() { _ = consume event }
                return consumer.isClosed
            }
            consumer.destroy()
        }
    }

    @Test func metadataSayWhoOneIs() async throws {
        let broker = try await Broker.shared()
        try await onThread {
            #expect(GroupMetadata.isReadable)
            let topic = try broker.makeTopic()
            let group = fresh("group")
            let nobody = GroupMetadata(group: group)
            #expect(nobody.generation == -1 && nobody.memberID == "")
            // Also with a group instance id, which stands behind the member id.
            for instance in [nil, "instance-1"] as [String?] {
                let member = try TestMember(broker.bootstrapServers, group: "\(group)-\(instance ?? "")", instance: instance, topic: topic)
                let before = try member.metadata()
                #expect(before.generation == -1 && before.memberID == "")
                try member.join()
                let joined = try member.metadata()
                #expect(joined.generation >= 1)
                #expect(joined.memberID.count > 10, "\(joined.memberID)")
                if let instance, Broker.isKafka { #expect(joined.memberID.hasPrefix(instance)) }
            }
        }
    }

    /// Nothing is fetched before it; then the first record comes at once.
    @Test func resumeThenSeekBeginsAtTheOffset() async throws {
        let broker = try await Broker.shared()
        try await onThread {
            let place = TopicPartition(topic: try broker.makeTopic(), partition: 0)
            try Producer(bootstrapServers: broker.bootstrapServers, properties: []).write((0..<100).map { "\($0)" }, to: place)
            let solo = try SoloConsumer(broker, place)
            #expect(solo.records(within: .milliseconds(300)).isEmpty)
            var waits: [Duration] = []
            for offset in [40, 0, 99, 7] as [Int64] {
                let start = MonotonicInstant.now
                try solo.consumer.resume([place])
                try solo.consumer.seek(place, to: offset)
                let first = try solo.record { $0 == offset }
                waits.append(MonotonicInstant.now - start)
                #expect(first == offset)
                try solo.consumer.pause([place])
                // What had been fetched ahead is thrown away; what was on its way already may still come.
                _ = solo.records(within: .milliseconds(50))
                #expect(solo.records(within: .milliseconds(200)).isEmpty)
            }
            print("ms from resume to the first record: \(waits.map { Double($0.nanoseconds) / 1e6 })")
            // The other way round each takes a second.
            #expect(waits.min() ?? .seconds(9) < .milliseconds(500))
        }
    }

    @Test func forwardedPartitionsHaveTheirOwnQueue() async throws {
        let broker = try await Broker.shared()
        try await onThread {
            let place = TopicPartition(topic: try broker.makeTopic(), partition: 0)
            try Producer(bootstrapServers: broker.bootstrapServers, properties: []).write(["a", "b", "c"], to: place)
            let solo = try SoloConsumer(broker, place)
            let queue = solo.consumer.makeRecordQueue()
            defer { queue.destroy() }
            let descriptor = try EventDescriptor.make()
            defer { EventDescriptor.close(descriptor) }
            queue.wake(eventDescriptor: descriptor)
            solo.consumer.forward(place, to: queue)
            try solo.consumer.resume([place])
            try solo.consumer.seek(place, to: 0)
            var found: [Int64] = []
            var end: Int64?
            try waitUntil("the end of the partition") {
                _ = waitReadable(descriptor, .milliseconds(100))
                while let event = queue.poll() {
                    switch consume event {
                    case .record(let record): found.append(record.offset)
                    case .endOfPartition(let partition, let offset):
                        #expect(partition == place)
                        end = offset
                    default: Issue.record("neither a record nor an end")
                    }
                }
                return end != nil
            }
            #expect(found == [0, 1, 2] && end == 3)
            #expect(solo.records(within: .milliseconds(100)).isEmpty)
        }
    }

    @Test func watermarksOffsetsAndMetadata() async throws {
        let broker = try await Broker.shared()
        try await onThread {
            let place = TopicPartition(topic: try broker.makeTopic(partitions: 3), partition: 1)
            try Producer(bootstrapServers: broker.bootstrapServers, properties: []).write(["a", "b"], to: place)
            let consumer = try Consumer(
                group: fresh("group"), instanceID: nil, bootstrapServers: broker.bootstrapServers, properties: [], topics: [place.topic])
            defer { consumer.destroy() }
            let marks = try consumer.watermarks(place, timeout: .seconds(10))
            #expect(marks.low == 0 && marks.high == 2)
            #expect(try consumer.committed(place, timeout: .seconds(20)) == nil)
            let metadata = try consumer.metadata(of: [place.topic], timeout: .seconds(10))
            #expect(metadata.brokers >= 1 && metadata.topics[place.topic]?.partitions == 3)
            if Broker.isKafka {
                let missing = fresh("missing")
                let found = try consumer.metadata(of: [missing], timeout: .seconds(10)).topics[missing]
                #expect(found?.partitions == 0 && found?.error?.isUnknownTopic == true)
            }
        }
    }

    /// A broker that does not answer, and a handle that goes meanwhile: the call ends by itself, and the next is refused.
    @Test func aCallUnderWayOutlivesDestroy() async throws {
        let cluster = try MockCluster()
        try cluster.createTopic("t", partitions: 1)
        try cluster.setRoundTrip(1, milliseconds: 60_000)
        let consumer = try Consumer(
            group: "g", instanceID: nil, bootstrapServers: cluster.bootstrapServers, properties: [], topics: ["t"])
        let isCalling = TestSignal()
        async let answer = onThread {
            isCalling.fire()
            return #expect(throws: KafkaError.self) {
                try consumer.watermarks(TopicPartition(topic: "t", partition: 0), timeout: .seconds(1))
            }
        }
        await isCalling.wait()
        try await onThread { consumer.destroy() }
        let error = try await answer
        #expect(error?.isTimeout == true || error?.name == "_DESTROY" || error?.isTransport == true, "\(String(describing: error))")
        let refused = #expect(throws: KafkaError.self) { try consumer.metadata(of: ["t"], timeout: .seconds(1)) }
        #expect(refused?.name == "_DESTROY")
        consumer.destroy()
        withExtendedLifetime(cluster) {}
    }
}
