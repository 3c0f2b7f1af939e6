import EventLoop
import SMSWorker
import Testing
import Time

@testable import Requests
@testable import SMSPipeline

struct HealthStateTests {
    @Test func itIsNotReadyBeforeThePipelineSaysSo() {
        let health = HealthState()
        #expect(!health.snapshot.isReady)
        #expect(
            String(decoding: health.snapshot.json, as: UTF8.self)
                == #"{"ready":false,"reason":"starting","account":"ok","breaker":"closed","refusals":null,"partitions":{"assigned":0,"open":0}}"#
        )
    }

    @Test func itShowsWhatWasToldLast() {
        let health = HealthState()
        let partitions = HealthState.Partitions(assigned: 8, open: 8)
        let snapshot = HealthState.Snapshot(
            isReady: true, reason: nil, account: "bad credentials", breaker: "half-open", partitions: partitions)
        health.update(snapshot)
        #expect(health.snapshot == snapshot)
        #expect(
            String(decoding: snapshot.json, as: UTF8.self)
                == #"{"ready":true,"reason":null,"account":"bad credentials","breaker":"half-open","refusals":null,"partitions":{"assigned":8,"open":8}}"#
        )
    }

    @Test func aPipelineThatStoppedTellingIsNotAlive() {
        let health = HealthState()
        let start = MonotonicInstant(nanoseconds: 0)
        #expect(health.isAlive(at: start + .seconds(600)))  // starting may take its time
        health.update(health.snapshot, at: start)
        #expect(health.isAlive(at: start + .seconds(60)))
        #expect(!health.isAlive(at: start + .seconds(61)))
    }
}
