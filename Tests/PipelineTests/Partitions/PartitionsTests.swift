import PipelineSupport
import TestSupport
import Testing
import Time

@testable import Requests
@testable import SMSPipeline

@Suite struct PartitionsTests {
    private let now = MonotonicInstant(nanoseconds: 3_600_000_000_000)
    private let bulk = RequestTopic(name: "r", ledgerName: "r.ledger", isPriority: false)
    private let priority = RequestTopic(name: "p", ledgerName: "p.ledger", isPriority: true)

    @discardableResult
    private func own(_ partitions: inout Partitions, _ number: Int32, of topic: RequestTopic? = nil, isOpen: Bool = true) -> Assignment {
        let dedup = Dedup(window: .seconds(60), maxEntries: 10)
        let (assignment, _) = partitions.assign(topic ?? bulk, number, dedup: dedup, at: now)
        if isOpen { partitions.reopened(assignment) }
        return assignment
    }

    private func key(_ number: Int32, _ topic: String = "r") -> PartitionKey { PartitionKey(topic: topic, partition: number) }

    private func step(_ partitions: inout Partitions, patience: Duration = .seconds(10), at time: MonotonicInstant) -> String {
        switch partitions.revokeStep(patience: patience, at: time) {
        case .nothing: "nothing"
        case .waits(let until): "waits \((until - now).milliseconds)"
        case .answer(let revoke): "answer \(revoke.partitions.map(\.partition))"
        }
    }

    // MARK: Owning

    @Test func anAssignmentIsAnotherOneEachTime() {
        var partitions = Partitions()
        let first = own(&partitions, 0)
        let (second, old) = partitions.assign(bulk, 0, dedup: Dedup(window: .seconds(60), maxEntries: 10), at: now)
        #expect(old === first && second.id != first.id && second.key == first.key)
        #expect(partitions.count == 1)
        #expect(partitions.living(key(0), first.id) == nil, "a late answer finds its assignment gone")
        #expect(partitions.living(key(0), second.id) === second)
        partitions.remove(first)
        #expect(partitions[key(0)] === second, "the old one does not take the new one along")
        second.end()
        #expect(partitions.living(key(0), second.id) == nil)
        partitions.remove(second)
        #expect(partitions.count == 0)
    }

    @Test func theyStandInOrderHoweverTheyCame() {
        var partitions = Partitions()
        for number in [Int32(7), 10, 2, 0] { own(&partitions, number) }
        own(&partitions, 5, of: priority)
        #expect(partitions.inOrder.map(\.name) == ["p-5", "r-0", "r-2", "r-7", "r-10"])
        #expect(partitions.openCount == 5)
        if let two = partitions[key(2)] { partitions.remove(two) }
        #expect(partitions.inOrder.map(\.name) == ["p-5", "r-0", "r-7", "r-10"])
        partitions.removeAll()
        #expect(partitions.count == 0 && partitions.inOrder.isEmpty)
    }

    // MARK: A member id

    @Test func aMemberIDStandsWithItsAssignments() {
        var partitions = Partitions()
        func isSame(_ id: String, _ partitions: inout Partitions) -> Bool {
            partitions.isSameMember(Membership(generation: 1, memberID: id))
        }
        let without = [partitions.isSameMember(nil), isSame("", &partitions), isSame("a", &partitions), isSame("b", &partitions)]
        #expect(without == [true, true, true, true], "with nothing owned any id is good")
        own(&partitions, 0)
        let with = [isSame("b", &partitions), partitions.isSameMember(nil), isSame("c", &partitions), isSame("c", &partitions)]
        #expect(with == [true, true, false, false], "another owns it by now, however often it is asked")
        partitions.removeAll()
        let anew = isSame("c", &partitions)
        #expect(anew)
    }

    // MARK: Reading

    /// Each is the first of its lane for the same time, 50 ms at most, and a round takes 400 ms at most.
    @Test(arguments: [(2, 50), (7, 50), (16, 25), (400, 1)])
    func priorityTopicsAreReadFirstAndOnePartitionAfterAnotherIsTheFirst(count: Int, milliseconds: Int) {
        var partitions = Partitions()
        for number in 0..<(count / 2) { own(&partitions, Int32(number)) }
        for number in 0..<(count - count / 2) { own(&partitions, Int32(number), of: priority) }
        own(&partitions, 999, isOpen: false)
        var firsts: [[String: Int]] = [[:], [:]]
        for time in 0..<(count * milliseconds) {
            let order = partitions.readingOrder(at: MonotonicInstant(nanoseconds: Int64(time) * 1_000_000))
            #expect(order.prefix { $0.topic.isPriority }.count == count - count / 2)
            #expect(order.count == count && Set(order.map(\.name)).count == count, "each once, and the closed one not")
            firsts[0][order[0].name, default: 0] += 1
            firsts[1][order[count - count / 2].name, default: 0] += 1
        }
        for (lane, all) in [(0, count - count / 2), (1, count / 2)] {
            #expect(firsts[lane].count == all, "within a round each of a lane is the first")
            #expect(firsts[lane].values.allSatisfy { $0 >= milliseconds && $0 % milliseconds == 0 }, "\(firsts[lane])")
        }
    }

    @Test func withNothingOpenNothingIsRead() {
        var partitions = Partitions()
        own(&partitions, 0, isOpen: false)
        let order = partitions.readingOrder(at: MonotonicInstant(nanoseconds: 0))
        #expect(order.isEmpty)
    }

    // MARK: Closed

    @Test func whyAPartitionStaysClosedIsToldOnce() {
        var partitions = Partitions()
        let assignment = own(&partitions, 0)
        let told = ["a", "a", "b", "b"].map { partitions.keepClosed(assignment, $0) }
        #expect(told == [true, false, true, false])
        #expect(assignment.phase == .closed("b") && assignment.closedReason == "b")
        let next = own(&partitions, 0, isOpen: false)
        let ofTheNextOwner = partitions.keepClosed(next, "b")
        #expect(!ofTheNextOwner, "the same partition, the same reason")
        partitions.reopened(next)
        #expect(next.phase == .open && next.closedReason == nil)
        let again = partitions.keepClosed(next, "b")
        #expect(again)
    }

    // MARK: Giving back

    @Test func aRevokeIsAnsweredWhenWhatRanIsCommitted() {
        var partitions = Partitions()
        let assignments = (Int32(0)..<3).map { own(&partitions, $0) }
        #expect(step(&partitions, at: now) == "nothing")
        assignments[0].running = 1
        assignments[2].running = 1
        let revoked = partitions.revoked([key(0), key(1), key(8)], deadline: now + .seconds(30))
        #expect(revoked.map(\.name) == ["r-0", "r-1"])
        #expect(step(&partitions, at: now) == "waits 30000")
        assignments[0].running = 0
        assignments[0].pendingOperations = 1
        #expect(step(&partitions, at: now) == "waits 30000", "its outcome is not committed")
        assignments[0].pendingOperations = 0
        #expect(step(&partitions, at: now) == "answer [0, 1, 8]", "those of nobody too; what else runs is another's")
        #expect(step(&partitions, at: now) == "nothing", "once")
    }

    /// The intent stays, and the next owner decides by its policy.
    @Test func atTheLimitAPostThatRunsIsNotWaitedFor() {
        var partitions = Partitions()
        let assignment = own(&partitions, 0)
        assignment.running = 1
        _ = partitions.revoked([key(0)], deadline: now + .seconds(30))
        #expect(step(&partitions, at: now + .milliseconds(29_999)) == "waits 30000")
        #expect(step(&partitions, at: now + .seconds(30)) == "answer [0]")
    }

    @Test func atTheLimitOutcomesGetTheirLastTransactionAsLongAsPatienceLasts() {
        for running in 0...1 {
            var partitions = Partitions()
            let assignments = (Int32(0)..<2).map { own(&partitions, $0) }
            assignments[0].running = running
            assignments[1].pendingOperations = 1
            _ = partitions.revoked([key(0), key(1)], deadline: now + .seconds(30))
            #expect(step(&partitions, at: now + .seconds(30)) == "waits 30100")
            #expect(step(&partitions, at: now + .milliseconds(39_999)) == "waits 40099")
            #expect(step(&partitions, at: now + .seconds(40)) == "answer [0, 1]")
        }
        var partitions = Partitions()
        own(&partitions, 0).pendingOperations = 1
        _ = partitions.revoked([key(0)], deadline: now + .seconds(30))
        #expect(step(&partitions, patience: .zero, at: now + .seconds(30)) == "answer [0]", "where transactions fail anyway")
    }

    @Test func anEmptyRevokeAndOneOfEndedAssignmentsAreAnsweredAtOnce() {
        var partitions = Partitions()
        _ = partitions.revoked([], deadline: now + .seconds(30))
        #expect(step(&partitions, at: now) == "answer []")
        let assignment = own(&partitions, 0)
        assignment.running = 1
        assignment.pendingOperations = 1
        _ = partitions.revoked([key(0)], deadline: now)
        assignment.end()
        #expect(step(&partitions, at: now) == "answer [0]", "lost: nothing of it is waited for")
    }

    @Test func drainedIsWhereNothingRunsAndNothingWaitsForATransaction() {
        var partitions = Partitions()
        let assignment = own(&partitions, 0)
        #expect(partitions.isDrained == true)
        assignment.running = 1
        #expect(partitions.isDrained == false)
        #expect(partitions.isCommitted == true)
        assignment.pendingOperations = 1
        #expect(partitions.isCommitted == false)
        assignment.end()
        #expect(partitions.isDrained == true)
        #expect(partitions.isCommitted == true)
    }
}
