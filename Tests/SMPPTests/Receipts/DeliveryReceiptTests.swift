import TestSupport
import Testing

@testable import SMPP

/// Receipts as peers send them.
@Suite struct DeliveryReceiptTests {
    private func message(_ text: String, _ esmClass: UInt8 = 4, _ parameters: [(TLV.Tag, [UInt8])] = []) -> ShortMessage {
        var message = SamplePDUs.receipt(id: "")
        message.esmClass = ESMClass(rawValue: esmClass)
        message.octets = Array(text.utf8)
        for (tag, value) in parameters { message.parameters.append(tag, value) }
        return message
    }

    private func receipt(_ text: String, _ parameters: [(TLV.Tag, [UInt8])] = []) -> DeliveryReceipt? {
        DeliveryReceipt(message(text, 4, parameters))
    }

    /// Texts that were met: whole, without counts, without text, with a longer code, with other dates, with another order.
    @Test(arguments: [
        (
            "id:17 sub:001 dlvrd:001 submit date:2611240600 done date:2611240601 stat:DELIVRD err:000 text:hello", "17",
            DeliveryState.delivered
        ),
        (
            "id:5f1c2c5e-6a2e-4b50-b1c6-1d1f1a3a9d11 submit date:2611240600 done date:2611240601 stat:DELIVRD err:000",
            "5f1c2c5e-6a2e-4b50-b1c6-1d1f1a3a9d11", .delivered
        ),
        (
            "id:0001715004 sub:001 dlvrd:000 submit date:261124060000 done date:261124060000000+ stat:UNDELIV err:0021", "0001715004",
            .undeliverable
        ),
        ("id:abc sub:001 dlvrd:001 submit date:2611240600 done date:2611240601 stat:FAILED err:21 Text:", "abc", .undeliverable),
        ("stat:EXPIRED id:9", "9", .expired), ("ID:9 STAT:accepted", "9", .accepted), ("id:9\tstat:REJECTD\r\n", "9", .rejected),
        ("id: 9 stat: ENROUTE", "9", .enroute), ("id:9 stat:BUFFRED", "9", .enroute), ("id:9 stat:UNKNOWN", "9", .unknown),
        ("\u{05}\u{03}\u{01}id:9 stat:DELETED", "9", .deleted),
    ])
    func aTextIsReadFieldByField(text: String, id: String, state: DeliveryState) {
        #expect(receipt(text)?.textID == id && receipt(text)?.state == state)
    }

    @Test(arguments: [
        "", "id:", "id: stat:DELIVRD", "hello", "paid:9 message_id:8 x-id:7", String(repeating: "i", count: 300), "text:id:9",
        "id:" + String(repeating: "1", count: 65),
    ])
    func aTextWithoutAnIDHasNone(text: String) {
        #expect(receipt(text).map(\.hasID) == false)
    }

    /// The message's own words must not become its fate.
    @Test func nothingIsReadBehindTheTextField() {
        let receipt = receipt("id:9 stat:ENROUTE text:stat:DELIVRD err:077 id:8")
        #expect(receipt?.textID == "9" && receipt?.state == .enroute && receipt?.error == nil)
        #expect(self.receipt("id:9 err:000 text:stat:DELIVRD")?.state == nil)
    }

    @Test func theParametersGoBeforeTheTextFieldByField() {
        let id = Array("1a2b3c\0".utf8)
        let text = "id:0001715004 stat:ENROUTE err:000"
        let all = receipt(text, [(.messageState, [2]), (.receiptedMessageID, id), (.networkErrorCode, [3, 1, 2])])
        #expect(all?.parameterID == "1a2b3c" && all?.textID == "0001715004" && all?.state == .delivered)
        #expect(all?.error == .code(network: 3, 0x0102))
        let partial = receipt(text, [(.receiptedMessageID, id.dropLast())])
        #expect(partial?.parameterID == "1a2b3c" && partial?.state == .enroute && partial?.error == .text("000"))
    }

    @Test func parametersThatAreNoneLeaveTheWordToTheText() {
        for state in [[], [200], [2, 2]] as [[UInt8]] {
            let receipt = receipt(
                "id:9 stat:EXPIRED err:1", [(.messageState, state), (.receiptedMessageID, [0]), (.networkErrorCode, [3])])
            #expect(receipt?.state == .expired && receipt?.parameterID == nil && receipt?.textID == "9" && receipt?.error == .text("1"))
        }
        let long = receipt("", [(.receiptedMessageID, [UInt8](repeating: 0x31, count: 65))])
        #expect(long.map(\.hasID) == false)
    }

    @Test func aReceiptIsKnownByItsClassOrByItsParameters() {
        #expect(DeliveryReceipt(message("id:9", 0x04)) != nil && DeliveryReceipt(message("id:9", 0x44)) != nil)
        #expect(DeliveryReceipt(message("id:9", 0x20)) != nil, "an intermediate notification tells of a state too")
        for other in [0x00, 0x08, 0x10, 0x18, 0x40] as [UInt8] {
            #expect(DeliveryReceipt(message("id:9 stat:DELIVRD", other)) == nil, "somebody has written that")
        }
        #expect(DeliveryReceipt(message("", 0, [(.receiptedMessageID, [0x39]), (.messageState, [2])]))?.parameterID == "9")
        #expect(DeliveryReceipt(message("id:9 stat:DELIVRD", 0, [(.messageState, [2])])) == nil)
    }

    @Test func theTextMayBeAPayloadOrUTF16() {
        var payload = message("", 4)
        payload.parameters.append(.payload, Array("id:9 stat:DELIVRD".utf8))
        #expect(DeliveryReceipt(payload)?.textID == "9" && DeliveryReceipt(payload)?.state == .delivered)
        var wide = message("")
        wide.octets = "id:9 stat:DELIVRD".utf8.flatMap { [0, $0] }
        #expect(DeliveryReceipt(wide)?.textID == "9" && DeliveryReceipt(wide)?.state == .delivered)
        var data = DataMessage()
        data.esmClass = .receipt
        data.parameters.append(.payload, Array("id:9 stat:DELIVRD".utf8))
        #expect(DeliveryReceipt(data)?.textID == "9" && DeliveryReceipt(data)?.state == .delivered)
        data.esmClass = ESMClass()
        #expect(DeliveryReceipt(data) == nil)
    }

    @Test func statesBecomeWhatHappensToTheMessage() {
        let progress = DeliveryState.allCases.map { "\($0) \($0.progress) \($0.isFinal)" }
        #expect(
            progress == [
                "scheduled queued false", "enroute sent false", "delivered delivered true", "expired failed true", "deleted failed true",
                "undeliverable failed true", "accepted sent false", "unknown sent false", "rejected failed true", "skipped failed true",
            ])
    }

    @Test func eitherAddressMayBeTheRecipients() {
        let receipt = receipt("id:9")
        #expect(receipt?.mayConcern(AddressHash("+375 29 123-45-67")) == true && receipt?.mayConcern(AddressHash("SHOP")) == true)
        #expect(receipt?.mayConcern(AddressHash("375291234568")) == false)
    }

    /// Written to a topic and compared for days: this is what the rule gives.
    @Test func aHashIsOfTheLastSevenDigitsOrLetters() {
        #expect(AddressHash("375291234567") == AddressHash("1234567") && AddressHash("375291234567") != AddressHash("375291234568"))
        #expect([AddressHash(""), AddressHash("375291234567"), AddressHash("Shop")].map(\.rawValue) == [7385, 6793, 18670])
    }

    /// Anything may be in a receipt.
    @Test func noiseIsNoHarm() {
        let failure = RandomSchedules.firstFailure(of: 5_000) { random in
            let words = ["id:", "stat:", "err:", "text:", "DELIVRD", "9", " ", "\0", "é", ":", "sub:001", "id:7 "]
            var message = message((0..<random.below(20)).map { _ in words[random.below(words.count)] }.joined())
            for tag in [0x001E, 0x0427, 0x0423, 0x0424] where random.oneIn(3) {
                message.parameters.append(TLV.Tag(rawValue: UInt16(tag)), (0..<random.below(5)).map { _ in UInt8(random.below(256)) })
            }
            guard let receipt = DeliveryReceipt(message) else { return "no receipt" }
            let ids = MessageIDFormat.allCases.flatMap { $0.candidates(of: receipt) }
            return ids.isEmpty == receipt.hasID ? "\(receipt): \(ids)" : nil
        }
        #expect(failure == nil)
    }
}
