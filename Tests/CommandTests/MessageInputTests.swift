import Testing

@testable import rocketsms_worker

@Suite struct MessageInputTests {
    private func message(phone: String? = "-", text: String? = "-", _ input: [UInt8]) throws -> [String?] {
        let message = try MessageInput(phone: phone, text: text) { input }
        return [message.phone, message.text]
    }

    @Test func phoneAndTextComeByStandardInput() throws {
        #expect(try message(Array("375291234567\nКод\n1234\n".utf8)) == ["375291234567", "Код\n1234"])
        #expect(try message(phone: "375291234567", Array("Код 1234\r\n".utf8)) == ["375291234567", "Код 1234"])
        #expect(try message(text: "a", Array("375291234567".utf8)) == ["375291234567", "a"])
        #expect(try message(text: nil, Array("375291234567\n".utf8)) == ["375291234567", nil])
        #expect(try message(Array("375291234567".utf8)) == ["375291234567", ""])
    }

    @Test func aByteOrderMarkIsTakenOff() throws {
        #expect(try message(phone: "1", Array("\u{FEFF}hello".utf8)) == ["1", "hello"])
    }

    @Test func whatIsNoUTF8OrTooLongIsRefused() {
        #expect(throws: UsageError("Standard input is not UTF-8.")) { try message([0xCF, 0xF0, 0xE8]) }
        #expect(throws: UsageError("Standard input is UTF-16, and must be UTF-8.")) { try message([0xFF, 0xFE, 0x61, 0]) }
        #expect(throws: UsageError.self) { try message(Array(repeating: 0x61, count: MessageInput.limit + 1)) }
    }

    @Test func withoutAHyphenTheInputIsLeftAlone() throws {
        let message = try MessageInput(phone: "1", text: "a") { throw UsageError("read") }
        #expect(message.text == "a")
    }
}
