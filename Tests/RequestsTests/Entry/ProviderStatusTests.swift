import PipelineSupport
import TestSupport
import Testing

@testable import Requests

/// Whatever the provider answers, the worker reads what it has written of it itself: else its own record would close the partition.
@Suite struct ProviderStatusTests {
    private func read(_ entry: LedgerEntry) -> LedgerEntry? {
        LedgerCodec.bytes(of: entry).withUnsafeBytes { bytes in
            guard case .open(let entry)? = try? LedgerCodec.decode(bytes) else { return nil }
            return entry
        }
    }

    private func tracked(_ status: ReceivedStatus) -> LedgerEntry {
        var entry = LedgerEntry.sample()
        entry.begin(mark: 1)
        _ = entry.accept(Acceptance(messageIDs: ["1"], status: status, cost: nil), at: 5)
        return entry
    }

    @Test func aLongStatusEndsWithAWholeCharacter() {
        let long = ReceivedStatus("a" + String(repeating: "я", count: 32))
        let entry = tracked(long)
        #expect(entry.echo.providerStatus.text == "a" + String(repeating: "я", count: 31))
        #expect(read(entry) == entry)
        var polled = tracked(.known(.queued))
        _ = polled.learn(long, at: 6)
        #expect(read(polled) == polled)
        #expect(polled.learn(long, at: 7) == nil, "the same status is no news")
    }

    /// As earlier versions wrote it: 64 bytes, the last of them half a character.
    @Test func aStatusThatAnEarlierVersionCutIsReadWithoutItsLastCharacter() throws {
        var bytes = LedgerCodec.bytes(of: tracked(.other(String(repeating: "s", count: 64))))
        let last = try #require(bytes.lastIndex(of: UInt8(ascii: "s")))
        bytes[last] = 0xD1
        let value = try bytes.withUnsafeBytes { try LedgerCodec.decode($0) }
        guard case .open(var entry) = value else { return #expect(Bool(false), "it is open") }
        #expect(entry.echo.providerStatus.text == String(repeating: "s", count: 63))
        #expect(entry.learn(.known(.delivered), at: 9)?.status == .delivered)
        bytes[last - 1] = 0xD1
        #expect(throws: LedgerError.malformed) { try bytes.withUnsafeBytes { try LedgerCodec.decode($0) } }
    }

    /// The law: what the encoder writes the decoder reads, of every entry that the state machine makes of any answers.
    @Test func whatIsWrittenOfAnyAnswerIsReadAsTheSame() {
        let failure = RandomSchedules.firstFailure(of: 3_000) { random in
            var entry = LedgerEntry.sample(policy: [nil, .resend, .fail, .hold][random.below(4)])
            for step in 0..<12 where entry.state != .closed {
                Self.advance(&entry, &random)
                if entry.state != .closed, read(entry) != entry { return "step \(step): \(entry)" }
            }
            return nil
        }
        #expect(failure == nil)
    }

    private static func advance(_ entry: inout LedgerEntry, _ random: inout SeededGenerator) {
        switch entry.state {
        case .waiting: entry.begin(mark: random.next())
        case .sending:
            switch random.below(6) {
            case 0: entry.notSent(notBefore: 9)
            case 1: entry.postpone()
            case 2: _ = entry.unknown("so", default: .hold, maxAttempts: 3, notBefore: 9, at: 9)
            default: _ = entry.accept(ForeignEntry.acceptance(&random), at: 9)
            }
        case .tracking: _ = entry.learn(.other(ForeignEntry.status(&random)), at: 9)
        case .held:
            if random.oneIn(2) { entry.resolveResend(at: 9) } else { _ = entry.resolveSent(messageIDs: ["7"], at: 9) }
        case .closed: break
        }
    }
}
