import Requests
import SMPP
import SMSPipeline
import TestSupport
import Testing

@testable import SMSWorker

@Suite("A receipt as a record") struct ReceiptRecordTests {
    static func receipt(
        parameterID: String? = "1a2B", textID: String? = "0000006699", state: DeliveryState? = .delivered,
        error: DeliveryReceipt.NetworkError? = nil
    ) -> DeliveryReceipt {
        DeliveryReceipt(
            parameterID: parameterID, textID: textID, state: state, error: error, source: AddressHash("375291234567"),
            destination: AddressHash("Shop"))
    }

    @Test func comesBackAsItWas() throws {
        for id in [nil, "1", "0001715004", String(repeating: "é", count: 64)] {
            for error in [nil, DeliveryReceipt.NetworkError.code(network: 3, 0x1234), .text("0AB4"), .text("12345678")] {
                for state in [nil] + DeliveryState.allCases.map(Optional.some) {
                    let record = ReceiptRecord(
                        Self.receipt(parameterID: id, textID: "x", state: state, error: error), account: 0xDEAD_BEEF)
                    #expect(record.octets.count <= ReceiptRecord.maximumLength)
                    #expect(try record.octets.withUnsafeBytes { try ReceiptRecord($0) } == record)
                }
            }
        }
    }

    /// Written once, read for ever.
    @Test func theOctetsAreThese() {
        let record = ReceiptRecord(Self.receipt(error: .code(network: 3, 0x0102)), account: 0x0102_0304)
        let receipt = record.receipt
        let hashes = [receipt.source.rawValue, receipt.destination.rawValue].flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
        #expect(
            record.octets == [1, 1, 2, 3, 4] + hashes + [2, 1, 3, 1, 2] + [4] + Array("1a2B".utf8) + [10] + Array("0000006699".utf8))
        #expect(ReceiptHashes.account(host: "SMPP.example.com", port: 2775, systemID: "shop") == 0xF776_D649)
        #expect(ReceiptHashes.fingerprint(topic: "sms.receipts", account: 0x0102_0304, format: .opaque) == 0xE3FC_69E1_81D2_2940)
    }

    @Test func whatIsNoneIsSaidToBeNone() {
        let octets = ReceiptRecord(Self.receipt(error: .text("1")), account: 7).octets
        #expect(throws: ReceiptRecordError.foreign) { try ReceiptRecord(nil) }
        #expect(throws: ReceiptRecordError.newer(format: 2)) { try ([2] + octets.dropFirst()).withUnsafeBytes { try ReceiptRecord($0) } }
        #expect(throws: ReceiptRecordError.newer(format: 0x7B)) { try Array("{}".utf8).withUnsafeBytes { try ReceiptRecord($0) } }
        for count in 0..<octets.count {
            #expect(throws: ReceiptRecordError.foreign) { try octets.prefix(count).withUnsafeBytes { try ReceiptRecord($0) } }
        }
        #expect(throws: ReceiptRecordError.foreign) { try (octets + [0]).withUnsafeBytes { try ReceiptRecord($0) } }
    }

    /// Any octets are a record or an error, and a record is what it would be written as.
    @Test func changedOctetsAreReadOrRefused() {
        var random = SeededGenerator(seed: 1)
        let octets = ReceiptRecord(Self.receipt(error: .text("00A")), account: 7).octets
        var readCount = 0
        for _ in 0..<20_000 {
            var changed = octets
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                changed[Int.random(in: 1..<changed.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            guard let record = try? changed.withUnsafeBytes({ try ReceiptRecord($0) }) else { continue }
            readCount += 1
            #expect(record.octets == changed)
        }
        #expect(readCount > 1_000)
    }

    @Test func thePipelineGetsHashesAndAStatus() {
        let identity = MessageIdentity(.hexDec)
        let receipt = ReceiptRecord(Self.receipt(parameterID: nil, textID: "0000006699"), account: 7).receipt(number: 5, identity)
        #expect(receipt.number == 5 && receipt.account == 7 && receipt.status == .delivered)
        #expect(receipt.ids == [identity.identity(of: "1A2B")])
        #expect(receipt.addresses == (AddressHash("291234567").rawValue, AddressHash("shop").rawValue))
        let silent = ReceiptRecord(Self.receipt(state: nil), account: 7).receipt(number: 0, identity)
        #expect(silent.status == nil && silent.ids.count == 1)
    }

    /// The short look never misses what the long one finds.
    @Test(arguments: MessageIDFormat.allCases) func theShortLookMissesNothing(format: MessageIDFormat) throws {
        let identity = MessageIdentity(format)
        let ids = [
            nil, "1a2b", "0", "000", "6699", "0000006699", "ABC-9f", " 77 ", "\u{E9}T\u{C9}", "18446744073709551615",
            "99999999999999999999",
            "123456789012345678901234567890", "FFFFFFFF", String(repeating: "Z", count: 64),
        ]
        let nothing: Set<RequestHash> = [RequestHash(id: Array("elsewhere".utf8))]
        for parameterID in ids {
            for textID in ids where parameterID != nil || textID != nil {
                let record = ReceiptRecord(Self.receipt(parameterID: parameterID, textID: textID), account: 1)
                let receipt = record.receipt(number: 0, identity)
                try record.octets.withUnsafeBytes { octets in
                    let fields = try ReceiptFields(octets)
                    for id in receipt.ids { #expect(identity.mayMean([id], fields), "\(String(describing: parameterID)) \(textID ?? "")") }
                    if textID == "1a2b", parameterID == nil { #expect(!identity.mayMean(nothing, fields)) }
                }
            }
        }
    }
}
