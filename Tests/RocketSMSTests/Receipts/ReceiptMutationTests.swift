import TestSupport
import Testing
import Time

@testable import RocketSMS

/// Whole answers with bytes changed, lost, doubled and put in, at any split: a receipt that is whole in them is never lost, and what has
/// none is never taken for one.
@Suite(.timeLimit(.minutes(3))) struct ReceiptMutationTests {
    private static let splices = [
        "\r\n", "\n", "\r", "\r\n\r\n", "0\r\n\r\n", "1\r\nx\r\n", ":", " ", "\t", ",", ";a=b", "\0", "\u{7F}", "é", "{", "}", "[", "]",
        "\"", "\\",
        "{\"", "{}", "<br />", "null", "\"id\":", "\"cost\":", "Content-Length: 3\r\n", "Content-Length: 0\r\n",
        "Transfer-Encoding: chunked\r\n", "Connection: close\r\n", "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 204 No\r\n", "HTTP/1.0 ",
        "304", "101",
        "503", "404",
    ].map { Array($0.utf8) }

    private static let envelopes = DamagedAnswer.all(around: [("", Array(Accepted.answer.utf8))])

    private static let withoutReceipt = DamagedAnswer.all(around: [
        ("", Array(#"{"error":"BAD_PHONE"}"#.utf8)), ("", Array("<html><body>Bad Gateway</body></html>".utf8)), ("", []),
        ("", Array(#"{"status":"SENT","cost":{"credits":1,"money":0.2}}"#.utf8)), ("", Array(#"{"id":8767}"#.utf8)),
    ])

    /// What a client makes of these bytes, split anywhere, and the end.
    private static func outcome(_ bytes: [UInt8], _ random: inout SeededGenerator) -> SendOutcome {
        var reader = HTTPResponseReader()
        reader.reset()
        var machine = ExchangeStateMachine()
        machine.begin(headLength: 1, length: 1)
        machine.wrote(1)
        let decoder = ReplyDecoder(classifier: RefusalClassifier())
        let request = ProviderRequest.send(ClientFixture.message)
        var action = ExchangeStateMachine.Action.wait
        var start = 0
        for end in (0..<random.below(4)).map({ _ in random.below(bytes.count + 1) }).sorted() + [bytes.count] where action == .wait {
            let progress = bytes[start..<end].withUnsafeBytes { reader.read($0) }
            let looksOn = progress != .needsMore && decoder.looksOn(request, reader)
            action = machine.received(progress, isReusable: reader.isReusable, looksOn: looksOn)
            start = end
        }
        if action == .wait { action = machine.received(reader.readEnd(), isReusable: false) }
        let reply: Reply
        switch action {
        case .wait: return .unknown(.timedOut)
        case .complete: reply = decoder.reply(to: request, reader, now: WallTime(milliseconds: 0)).0
        case .fail(let failure): reply = decoder.reply(to: request, failure, after: reader)
        }
        guard case .send(let outcome) = reply else { return .unknown(.closed) }
        return outcome
    }

    private static func change(_ bytes: inout [UInt8], at place: Int, _ random: inout SeededGenerator) {
        switch random.below(5) {
        case 0: bytes.insert(contentsOf: splices[random.below(splices.count)], at: place)
        case 1: if place < bytes.count { bytes[place] = UInt8(random.below(256)) }
        case 2: bytes.removeSubrange(place..<min(bytes.count, place + 1 + random.below(4)))
        case 3: if place < bytes.count { bytes[place] ^= 1 << UInt8(random.below(8)) }
        default: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + random.below(30))], at: place)
        }
    }

    /// Changes before and behind the receipt only.
    @Test func aReceiptThatIsWholeIsNeverLost() async throws {
        let failure = try await onThread {
            RandomSchedules.firstFailure(of: 6_000) { random in
                let envelope = Self.envelopes[random.below(Self.envelopes.count)]
                let receipt = Array(Accepted.answer.utf8)
                guard let start = Self.place(of: receipt, in: envelope.bytes) else { return nil }
                var before = Array(envelope.bytes[..<start])
                var after = Array(envelope.bytes[(start + receipt.count)...])
                for _ in 0..<random.below(4) {
                    // The head's first bytes stay: they decide where bodies begin.
                    if random.oneIn(2) {
                        Self.change(&before, at: min(before.count, 5 + random.below(before.count)), &random)
                    } else {
                        Self.change(&after, at: random.below(after.count + 1), &random)
                    }
                }
                // In a line of the head it would be a field's value.
                if before.last != UInt8(ascii: "\n") { before.append(UInt8(ascii: "\n")) }
                if random.oneIn(4) { after = Array(after.prefix(random.below(after.count + 1))) }
                let bytes = before + receipt + after
                let outcome = Self.outcome(bytes, &random)
                if case .accepted(let receipt) = outcome, receipt.ids == ["8767"] { return nil }
                return "\(envelope.name), \(String(reflecting: String(decoding: bytes, as: UTF8.self))): \(outcome)"
            }
        }
        #expect(failure == nil)
    }

    @Test func whatHasNoReceiptIsNeverTakenForOne() async throws {
        let failure = try await onThread {
            RandomSchedules.firstFailure(of: 6_000) { random in
                let envelope = Self.withoutReceipt[random.below(Self.withoutReceipt.count)]
                var bytes = envelope.bytes
                for _ in 0..<1 + random.below(5) { Self.change(&bytes, at: random.below(bytes.count + 1), &random) }
                let outcome = Self.outcome(bytes, &random)
                // An object with an id and nothing else is the provider's word where its envelope is good.
                guard case .accepted(let receipt) = outcome, receipt.cost != nil || receipt.status != SendReceipt.assumedStatus else {
                    return nil
                }
                return "\(envelope.name), \(String(reflecting: String(decoding: bytes, as: UTF8.self))): \(outcome)"
            }
        }
        #expect(failure == nil)
    }

    private static func place(of part: [UInt8], in bytes: [UInt8]) -> Int? {
        guard bytes.count >= part.count else { return nil }
        return (0...bytes.count - part.count).first { bytes[$0..<$0 + part.count].elementsEqual(part) }
    }
}
