import PipelineSupport
import Testing

@testable import Requests

/// What no admission lets through is no entry: it would be repeated in every event, or fail every transaction.
@Suite struct LedgerRulesTests {
    private func isRead(_ change: (inout Echo) -> Void, message: Message? = LedgerEntry.sample().message) -> Bool {
        let sample = LedgerEntry.sample()
        var echo = sample.echo
        change(&echo)
        let entry = LedgerEntry(
            echo: echo, message: message!, offset: 7, timestamp: 1, isPriority: false, policy: nil, admittedAt: 2, sendAt: nil,
            expiresAt: nil)
        var bytes: [UInt8] = []
        LedgerCodec.encode(entry, into: &bytes)
        return bytes.withUnsafeBytes { (try? LedgerCodec.decode($0)) != nil }
    }

    private func filled(_ count: Int, _ byte: UInt8 = 0x61) -> [UInt8] { Array(repeating: byte, count: count) }

    @Test func lengths() {
        #expect(isRead { _ in })
        #expect(!isRead { $0.id = [] })
        #expect(isRead { $0.id = self.filled(301) } && !isRead { $0.id = self.filled(1_205) })
        #expect(isRead { $0.key = self.filled(4_096) } && !isRead { $0.key = self.filled(4_097) })
        #expect(isRead { $0.traceparent = self.filled(1_024) } && !isRead { $0.traceparent = self.filled(1_025) })
        #expect(!isRead { $0.tracestate = self.filled(1_025) })
    }

    @Test func texts() {
        #expect(!isRead { $0.id = [0xFF] } && !isRead { $0.providerStatus = [0xFF] })
        for metadata in ["{", "[]", "null", #"{"a":1}"#, #"{"a": "b"}"#, #"{"a":"b"}x"#, #"{"a":"b","a":"c"}"#, #"{"a":"\u0041"}"#] {
            #expect(!isRead { $0.metadata = Array(metadata.utf8) }, "\(metadata)")
        }
        #expect(isRead { $0.metadata = Array("{}".utf8) })
        let large = #"{"a":"\#(String(repeating: "x", count: 4_096))"}"#
        #expect(!isRead { $0.metadata = Array(large.utf8) })
    }

    @Test func messages() {
        func isGood(_ phone: String, _ text: [UInt8], sender: [UInt8]? = nil) -> Bool {
            isRead({ _ in }, message: Message(phone: Array(phone.utf8), text: text, isTemplate: false, sender: sender))
        }
        #expect(isGood("37529689", [0x61]) && isGood("375296890043", filled(8_000), sender: filled(44)))
        #expect(!isGood("3752968", [0x61]) && !isGood("+37529689", [0x61]) && !isGood("1234567890123456", [0x61]))
        #expect(!isGood("37529689", []) && !isGood("37529689", filled(8_001)) && !isGood("37529689", [0xFF]))
        #expect(!isGood("37529689", [0x61], sender: filled(45)))
    }

    /// Status, policy and kind of message: a value that no worker writes.
    @Test func kinds() {
        var bytes: [UInt8] = []
        LedgerCodec.encode(.sample(), into: &bytes)
        let kind = bytes.lastIndex(of: 12)! - 1
        for (index, value) in [(3, UInt8(99)), (4, 4), (kind, 3)] {
            var changed = bytes
            changed[index] = value
            _ = changed.withUnsafeBytes { changed in #expect(throws: LedgerError.malformed, "\(index)") { try LedgerCodec.decode(changed) }
            }
        }
    }
}
