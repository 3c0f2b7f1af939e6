import PipelineSupport
import TestSupport
import Testing

@testable import Requests

/// `sendAt` and `expiresAt` at the ends of what RFC 3339 can write.
@Suite struct ForeignTimesTests {
    private static let years = ["0000", "0001", "1582", "1969", "1970", "2000", "2026", "9999"]
    private static let clocks = ["00:00:00", "23:59:59", "23:59:60", "00:00:60", "24:00:00"]
    private static let fractions = ["", ".", ".0", ".999", "." + String(repeating: "9", count: 300)]
    private static let offsets = ["Z", "z", "+00:00", "-00:00", "+23:59", "-23:59", "+24:00", "", "+0:00"]

    private func text(_ random: inout SeededGenerator) -> String {
        func of(_ choices: [String]) -> String { choices[random.below(choices.count)] }
        let day = of(["01-01", "12-31", "02-29", "06-30", "13-01", "00-00"])
        return "\(of(Self.years))-\(day)T\(of(Self.clocks))\(of(Self.fractions))\(of(Self.offsets))"
    }

    @Test func anyTimeIsADeadLetterOrARequestThatTheLedgerReadsAgain() throws {
        var (requests, letters) = (0, 0)
        let failure = RandomSchedules.firstFailure(of: 5_000) { random in
            let (sendAt, expiresAt) = (text(&random), text(&random))
            let more = random.oneIn(2) ? "" : #","expiresAt":"\#(expiresAt)""#
            let decoded = DecodedRecord(#"{"id":"a","phone":"375291234567","text":"x","sendAt":"\#(sendAt)"\#(more)}"#)
            guard let request = decoded.request else {
                letters += 1
                return ["BAD_SEND_AT", "BAD_EXPIRES_AT"].contains(decoded.code)
                    ? nil : "\(sendAt), \(expiresAt): \(String(describing: decoded.code))"
            }
            requests += 1
            let timestamp: Int64 = [.min, -62_135_596_800_000, -1, 0, .max][random.below(5)]
            let entry = LedgerEntry(
                echo: request.echo, message: request.message, offset: 4, timestamp: timestamp, isPriority: false,
                policy: nil, admittedAt: 1_900_000_000_000, sendAt: request.sendAt, expiresAt: request.expiresAt)
            var bytes: [UInt8] = []
            LedgerCodec.encode(entry, into: &bytes)
            guard let again = bytes.withUnsafeBytes({ try? LedgerCodec.decode($0) }), again == .open(entry) else {
                return "\(sendAt), \(more): the ledger does not give it back"
            }
            if let age = entry.age(at: 1_900_000_000_000), age < .zero || age > LedgerEntry.longestAge { return "an age of \(age)" }
            return RFC3339.string(request.sendAt ?? 0).utf8.count == 24 ? nil : "\(sendAt) is written in another length"
        }
        #expect(failure == nil)
        #expect(requests > 100 && letters > 100, "\(requests) requests, \(letters) dead letters")
    }
}
