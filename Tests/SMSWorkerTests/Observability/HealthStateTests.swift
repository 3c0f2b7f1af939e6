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

    /// A ledger's record may name any group, and its sentence is shown to whoever asks.
    @Test func aReasonIsClippedAndMovesNoCursor() {
        var ledger = RestoredLedger()
        ledger.recorded = LedgerCodec.Recorded(group: "a\u{9B}2J\u{202E}b" + String(repeating: "я", count: 60_000), offset: 0)
        ledger.recordedAt = 17
        guard
            case .closed(let reason, _) = RestoreDecision.decide(group: "g", committed: 0, low: 0, high: 0, ledger: ledger)
        else { return #expect(Bool(false), "it stays closed") }
        #expect(reason.contains("…") && reason.contains("ledger forget --offset 17 --other-group"))
        for reason in [reason, String(repeating: "я\u{9B}", count: 60_000)] {
            let snapshot = HealthState.Snapshot(
                isReady: false, reason: reason, account: "ok", breaker: "closed", partitions: HealthState.Partitions(assigned: 1, open: 0))
            let text = String(decoding: snapshot.json, as: UTF8.self)
            #expect(text.count < 5_000 && text.contains(#"\u009b"#) && !text.unicodeScalars.contains("\u{9B}"))
            #expect(!text.unicodeScalars.contains("\u{202E}"))
        }
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
