import Kafka
import Testing

@testable import Requests
@testable import SMSPipeline
@testable import SMSWorker
@testable import rocketsms_worker

@Suite struct RequestOrderTests {
    private static let cancel = RequestOrder.cancel
    private static let sent = RequestOrder.resolve(.sent(messageIDs: []))
    private static let resend = RequestOrder.resolve(.resend)
    private static let failed = RequestOrder.resolve(.failed)
    private static let forget = RequestOrder.forget
    private static let all = [cancel, sent, resend, failed]

    private func entry(_ state: LedgerEntry.State, hasUnknownOutcome: Bool = false) -> LedgerEntry {
        LedgerEntry(
            state: state, echo: Echo(id: [97], key: nil, metadata: nil, traceparent: nil, tracestate: nil), message: nil, offset: 7,
            timestamp: 1, isPriority: false, hasTimelessID: false, hasUnknownOutcome: hasUnknownOutcome, policy: nil, admittedAt: 1,
            sendAt: nil, expiresAt: nil, attempt: 1, unknownAttempts: 0, failures: 0, mark: 0, notBefore: 0, pausedMilliseconds: 0,
            acceptedAt: 0, closedAt: 0, lastStatus: nil, sequence: 0)
    }

    private func found(_ entry: LedgerEntry?, _ partition: Int32 = 0) -> FoundRequest {
        FoundRequest(
            place: TopicPartition(topic: "r", partition: partition), answer: LedgerInquiry.Answer(entry: entry, offset: 7, writtenAt: 1))
    }

    private func event(_ status: String, _ code: String? = nil) throws -> PublishedEvent {
        let reason = code.map { #","reason":{"code":"\#($0)","message":"m"}"# } ?? ""
        let value = #"{"requestId":"a","status":"\#(status)","sequence":1,"final":false,"at":"t"\#(reason)}"#
        return try #require(PublishedEvent(eventID: Array("r-0-7/1".utf8), value: Array(value.utf8)))
    }

    @Test func theRecordIsTheContracts() {
        #expect(String(decoding: Self.cancel.value(id: "a\"b"), as: UTF8.self) == #"{"command":"cancel","id":"a\"b"}"#)
        #expect(String(decoding: Self.forget.value(id: "a"), as: UTF8.self) == #"{"command":"forget","id":"a"}"#)
        let sent = RequestOrder.resolve(.sent(messageIDs: ["8767"])).value(id: "a")
        #expect(String(decoding: sent, as: UTF8.self) == #"{"command":"resolve","id":"a","as":"sent","messageId":"8767"}"#)
        #expect(String(decoding: Self.resend.value(id: "a"), as: UTF8.self) == #"{"command":"resolve","id":"a","as":"resend"}"#)
        #expect(String(decoding: Self.failed.value(id: "a"), as: UTF8.self) == #"{"command":"resolve","id":"a","as":"failed"}"#)
    }

    @Test func eachOrderNeedsItsState() {
        #expect(Self.cancel.refusal(of: entry(.waiting)) == nil)
        #expect(Self.cancel.refusal(of: entry(.waiting, hasUnknownOutcome: true))?.contains("may have become an SMS") == true)
        for state in [LedgerEntry.State.sending, .tracking, .held, .closed] { #expect(Self.cancel.refusal(of: entry(state)) != nil) }
        for order in [Self.sent, Self.resend, Self.failed] {
            #expect(order.refusal(of: entry(.held, hasUnknownOutcome: true)) == nil)
            for state in [LedgerEntry.State.waiting, .sending, .tracking, .closed] { #expect(order.refusal(of: entry(state)) != nil) }
        }
        #expect(Self.forget.refusal(of: nil) == nil && Self.forget.refusal(of: entry(.closed)) == nil)
        for state in [LedgerEntry.State.waiting, .sending, .tracking, .held] {
            #expect(Self.forget.refusal(of: entry(state))?.contains("is open") == true)
        }
        for order in Self.all { #expect(order.refusal(of: nil)?.contains("closed") == true) }
    }

    @Test func theFirstEventBehindItTells() throws {
        let events = try [
            event("FAILED", "CANCELLED"), event("SENT", "RESOLVED"), event("FAILED", "RESOLVED"), event("QUEUED"),
            event("FAILED", "BAD_PHONE"),
        ]
        func confirmed(_ order: RequestOrder) -> [Bool] { events.map { order.verdict($0) == .confirmed } }
        #expect(confirmed(Self.cancel) == [true, false, false, false, false])
        #expect(confirmed(Self.sent) == [false, true, false, false, false])
        #expect(confirmed(Self.failed) == [false, false, true, false, false])
        #expect(confirmed(Self.resend) == [true, false, false, true, true])
    }

    @Test func theOneThatFitsIsChosen() throws {
        let chosen = try RequestOrderCall.choose([found(entry(.waiting), 1), found(entry(.held), 2)], for: Self.resend, id: "a")
        #expect(chosen.place.partition == 2)
        #expect(throws: UsageError("a is in r-1 and r-2: choose with --topic and --partition.")) {
            try RequestOrderCall.choose([found(entry(.held), 1), found(entry(.held), 2)], for: Self.resend, id: "a")
        }
        #expect(throws: CommandFailure(.failed, "a in r-3: it is closed, its final event is published.")) {
            try RequestOrderCall.choose([found(nil, 3)], for: Self.cancel, id: "a")
        }
        #expect {
            try RequestOrderCall.choose([], for: Self.cancel, id: "a")
        } throws: {
            ($0 as? CommandFailure)?.sentence.hasPrefix("No ledger has a request a") == true
        }
    }

    @Test(arguments: [
        ["resolve", "a"], ["resolve", "a", "--as", "lost"], ["resolve", "a", "--as", "failed", "--message-id", "7"],
        ["resolve", "--as", "sent"],
        ["resolve", "a", "--as", "sent", "--message-id", "a b"], ["cancel", ""], ["cancel", "a", "--wait", "10"],
        ["cancel", "a", "--wait", "2h"], ["held", "--partition", "-1"],
        ["forget"], ["forget", ""],
    ])
    func whatCannotBeUnderstoodIsAUsageError(_ words: [String]) async {
        #expect(await CapturedConsole().run(["requests"] + words) == .usage)
    }
}
