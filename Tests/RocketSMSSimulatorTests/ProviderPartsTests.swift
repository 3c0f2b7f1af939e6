import EventLoop
import TestSupport
import Testing
import Time

@testable import RocketSMSSimulator

@Suite struct ProviderPartsTests {
    @Test func aFormReadsBackWhatWasEscaped() {
        var random = SplitMix64(seed: 11)
        for _ in 0..<2_000 {
            let text = (0..<Int.random(in: 1..<20, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
            var form = Array("a=1&text=old&phone=375&text=".utf8)
            FormEscape.append(text, to: &form)
            form += Array("&sender=".utf8)
            form.withUnsafeBytes { form in
                var parameters = FormParameters()
                parameters.read(form)
                #expect(parameters.text?.bytes == text)
                #expect(parameters.phone?.string == "375")
                #expect(parameters.sender == nil)
                #expect(parameters.username == nil)
                let copy = parameters.form
                copy.withUnsafeBytes { copy in
                    var again = FormParameters()
                    again.read(copy)
                    #expect(again.text?.bytes == text)
                }
            }
        }
    }

    @Test func anyBytesAreAForm() {
        var random = SplitMix64(seed: 13)
        let alphabet = Array("&=%+text[]phones0aF\u{0}".utf8) + [0xFF]
        for _ in 0..<20_000 {
            let count = Int.random(in: 0..<40, using: &random)
            let bytes = (0..<count).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &random)] }
            bytes.withUnsafeBytes { form in
                var parameters = FormParameters()
                parameters.read(form)
                _ = parameters.text?.bytes
                _ = parameters.phones.map(\.bytes)
            }
        }
    }

    @Test func theLogForgetsTheOldestAndNothingElse() {
        var random = SplitMix64(seed: 17)
        for limit in [1, 2, 8, 9, 100] {
            var log = SendLog(limit: limit, byteLimit: 1 << 20)
            var model: [String] = []
            for number in 1...500 {
                let text = String(repeating: "x", count: Int.random(in: 0..<9, using: &random)) + "\(number)"
                model.append(text)
                #expect(log.append(Self.entry(), text: Array(text.utf8), sender: Array("s\(number)".utf8)) == number)
                #expect(log.total == number)
                #expect(log.kept.upperBound == number + 1)
                #expect(log.kept.count <= limit)
                #expect(log.kept.count >= min(number, limit - 2 * max(1, limit / 8) + 1))
            }
            for sequence in log.kept {
                log.withBytes(of: sequence) { _, text, sender in
                    #expect(String(decoding: text, as: UTF8.self) == model[sequence - 1])
                    #expect(String(decoding: sender, as: UTF8.self) == "s\(sequence)")
                }
            }
        }
    }

    @Test func theLogKeepsWithinItsBytes() {
        var log = SendLog(limit: 1_000, byteLimit: 40_000)
        for _ in 1...2_000 {
            _ = log.append(Self.entry(), text: [UInt8](repeating: 1, count: 100), sender: [])
            // A chunk is 125 messages, 12,500 bytes; the one that is being filled may go beyond the limit.
            #expect(log.kept.count <= 525)
        }
        #expect(log.kept.count >= 250)
        #expect(log.kept.upperBound == 2_001)
    }

    private static func entry() -> SendEntry {
        SendEntry(
            receivedAt: WallTime(milliseconds: 0), acceptedAt: WallTime(milliseconds: 0), timestamp: 0,
            phone: PhoneNumber(FormValue(raw: UnsafeRawBufferPointer(start: nil, count: 0), isEscaped: false), anyPhone) ?? somePhone,
            offset: 0, textCount: 0, parts: 1, fate: 0, mainSender: 0, senderCount: 0, fault: 0, flags: [])
    }

    private static let anyPhone = SimulatorSwitches()
    private static let somePhone = Array("375291234567".utf8).withUnsafeBytes { PhoneNumber($0, anyPhone)! }

    @Test func theRatesOfTheLastHourAreKept() {
        var rates = RateHistory()
        for second in 0..<4_000 {
            for _ in 0...(second % 3) { rates.count(second: Int64(second), isSend: second % 2 == 0) }
            rates.countAccepted(1)
        }
        let seconds = rates.seconds
        #expect(seconds.map(\.second) == (400..<4_000).map(Int64.init))
        #expect(seconds.allSatisfy { $0.requests == $0.second % 3 + 1 && $0.accepted == 1 })
        #expect(seconds.allSatisfy { $0.sends == ($0.second % 2 == 0 ? $0.requests : 0) })
        #expect(rates.current == seconds.last)
    }

    @Test(arguments: [
        (0, 1, "0.0"), (0, 2, "0.00"), (200, 1, "0.2"), (55, 1, "0.055"), (880_000, 2, "880.00"), (600, 1, "0.6"), (1_250, 1, "1.25"),
        (-200, 2, "-0.20"),
    ])
    func moneyIsExact(thousandths: Int, digits: Int, text: String) {
        #expect(Money.format(thousandths: thousandths, digits: digits) == text)
    }

    @Test(arguments: [
        ("0", 0), ("500ms", 500), ("5s", 5_000), ("2m", 120_000), ("72h", 259_200_000), ("", nil), ("5", nil), ("-5s", nil), ("5 s", nil),
        ("1d", nil), ("99999999999999999999s", nil), ("9223372036854775807h", nil), ("s", nil), ("١s", nil),
    ])
    func durationsAreRead(text: String, milliseconds: Int64?) {
        #expect(DurationText.parse(text)?.milliseconds == milliseconds)
    }
}
