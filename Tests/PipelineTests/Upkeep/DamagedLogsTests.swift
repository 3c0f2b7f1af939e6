import Testing
import Time

@testable import SMSPipeline

@Suite struct DamagedLogsTests {
    private let key = PartitionKey(topic: "t", partition: 0)
    private let start = MonotonicInstant(nanoseconds: 0)

    @Test func eachLookInVainWaitsTwiceAsLongAndTenMinutesAtMost() {
        var logs = DamagedLogs()
        logs.found(key, at: 5)
        var now = start
        for wait in [60, 120, 240, 480, 600, 600] {
            logs.stopped(key, at: now)
            let early = logs.takeDue(key, at: now + .seconds(wait) - .milliseconds(1))
            now = now + .seconds(wait)
            let due = logs.takeDue(key, at: now)
            #expect(!early && due && !logs.hasStopped(key))
        }
    }

    @Test func whatIsReadUpToTheDamageIsNoMendAndBeyondItTheWaitsBeginAnew() {
        var logs = DamagedLogs()
        logs.found(key, at: 5)
        logs.stopped(key, at: start)
        let isDue = logs.takeDue(key, at: start + .seconds(60))
        logs.read(key, to: 5)
        #expect(isDue && logs.isDamaged(key))
        logs.read(key, to: 6)
        #expect(logs.isEmpty)
        logs.found(key, at: 9)
        logs.stopped(key, at: start)
        let isDueAgain = logs.takeDue(key, at: start + .seconds(60))
        #expect(isDueAgain)
    }

    @Test func anotherAssignmentAndAnotherSessionReadAgain() {
        var logs = DamagedLogs()
        logs.found(key, at: 5)
        logs.stopped(key, at: start)
        logs.assignedAnew(key)
        #expect(logs.isDamaged(key) && !logs.hasStopped(key))
        logs.stopped(key, at: start)
        logs.sessionLost()
        #expect(!logs.hasStopped(key))
    }

    @Test func whatWasNeverFoundDamagedIsNotStopped() {
        var logs = DamagedLogs()
        logs.stopped(key, at: start)
        #expect(!logs.isDamaged(key) && logs.isEmpty)
    }
}
