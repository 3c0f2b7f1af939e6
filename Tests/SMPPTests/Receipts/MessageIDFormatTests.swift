import TestSupport
import Testing

@testable import SMPP

/// Ids of responses and receipts that are the same, and never by accident.
@Suite struct MessageIDFormatTests {
    private func candidates(_ format: MessageIDFormat, parameter: String? = nil, text: String? = nil) -> [String] {
        var message = SamplePDUs.receipt(id: text ?? "")
        if let parameter { message.parameters.append(.receiptedMessageID, Array(parameter.utf8)) }
        return DeliveryReceipt(message).map { format.candidates(of: $0) } ?? []
    }

    @Test(arguments: [
        (MessageIDFormat.opaque, "1A2b3C", "1a2b3c"), (.opaque, "0000000017", "17"), (.opaque, "0", "0"), (.opaque, "000", "0"),
        (.opaque, "", ""),
        (.opaque, " 17 ", "17"), (.opaque, "5F1C2C5E-6A2E-4B50-B1C6-1D1F1A3A9D11", "5f1c2c5e-6a2e-4b50-b1c6-1d1f1a3a9d11"),
        (.hexDec, "001A2B3C", "1a2b3c"), (.hexDec, "no-number", "no-number"), (.decHex, "1715004", "1a2b3c"), (.decHex, "0", "0"),
        (.decHex, "18446744073709551615", "ffffffffffffffff"), (.decHex, "18446744073709551616", "10000000000000000"),
        (.decHex, "9999999999999999999", "8ac7230489e7ffff"),
        (.decHex, "340282366920938463463374607431768211456", "1" + String(repeating: "0", count: 32)),
        (.decHex, "5f1c-11", "5f1c-11"),
    ])
    func anIDOfAResponseHasOneForm(format: MessageIDFormat, id: String, form: String) {
        #expect(format.normalised(response: id) == form)
    }

    @Test func aReceiptFindsItsResponse() {
        #expect(candidates(.opaque, text: "00017") == ["17"])
        #expect(candidates(.opaque, parameter: "17", text: "0017") == ["17"])
        #expect(candidates(.opaque, parameter: "a", text: "b") == ["a", "b"])
        #expect(candidates(.hexDec, text: "0001715004") == ["1a2b3c"])
        #expect(candidates(.decHex, text: "001A2B3C") == ["1a2b3c"])
        #expect(candidates(.opaque) == [])
    }

    /// The TLV as the response had it, or as the text has it.
    @Test func theParameterMayHaveEitherForm() {
        #expect(candidates(.hexDec, parameter: "1a2b3c", text: "0001715004") == ["1a2b3c"])
        #expect(candidates(.hexDec, parameter: "1715004", text: "0001715004") == ["1a2b3c", "1715004"])
        #expect(candidates(.hexDec, parameter: "1715004") == ["1a2b3c", "1715004"])
        #expect(candidates(.hexDec, parameter: "1a2b3c") == ["1a2b3c"])
        #expect(candidates(.hexDec, parameter: "ff", text: "17") == ["ff", "11"])
        #expect(candidates(.decHex, parameter: "1715004", text: "1A2B3C") == ["1a2b3c"])
    }

    /// A number of any length has one hexadecimal form, whichever way it comes.
    @Test func decimalAndHexadecimalMeet() {
        let failure = RandomSchedules.firstFailure(of: 2_000) { random in
            let number = UInt64.random(in: .min ... .max, using: &random) >> UInt64(random.below(64))
            let (hex, decimal) = (String(number, radix: 16, uppercase: random.oneIn(2)), String(number))
            let padding = String(repeating: "0", count: random.below(8))
            let form = MessageIDFormat.hexDec.normalised(response: padding + hex)
            return MessageIDFormat.decHex.normalised(response: padding + decimal) == form ? nil : "\(number): \(form)"
        }
        #expect(failure == nil)
    }
}
