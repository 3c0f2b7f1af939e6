import SMSText
import Testing
import Time

@testable import SMPP

/// The submissions of one text, joined in each of the three ways.
@Suite struct MessageTextTests {
    private let long = String(repeating: "a", count: 160) + "€"

    private func parts(_ text: String, _ concatenation: Concatenation, _ coding: TextCoding = .gsm) throws -> [ShortMessage] {
        let format = PartFormat(coding, dataCoding: coding == .ucs2 ? 8 : 0, concatenation, reference: 0x1A2B)
        let text = try MessageText(text, format)
        return (0..<text.count).map { text.part($0, of: SamplePDUs.submission()) }
    }

    @Test(arguments: [Concatenation.udh, .sar, .payload])
    func aTextOfOnePartNeedsNoJoining(concatenation: Concatenation) throws {
        var expected = SamplePDUs.submission()
        expected.octets = [0x00, 0x11]
        #expect(try parts("@_", concatenation) == [expected])
    }

    @Test func aUserDataHeaderBeginsEachPart() throws {
        let parts = try parts(long, .udh)
        #expect(parts.map(\.octets.count) == [159, 15] && parts.allSatisfy { $0.esmClass.rawValue == 0x40 && $0.parameters.isEmpty })
        #expect(Array(parts[0].octets.prefix(7)) == [5, 0, 3, 0x2B, 2, 1, 0x61])
        #expect(Array(parts[1].octets.prefix(7)) == [5, 0, 3, 0x2B, 2, 2, 0x61] && parts[1].octets.suffix(2) == [0x1B, 0x65])
    }

    @Test func parametersMayJoinTheParts() throws {
        let parts = try parts(long, .sar)
        #expect(parts.map(\.octets.count) == [153, 9] && parts.allSatisfy { $0.esmClass.rawValue == 0 })
        #expect(parts[1].parameters.map { Array($0.value) } == [[0x1A, 0x2B], [2], [2]])
        #expect(parts[1].parameters.map(\.tag) == [.sarReference, .sarTotal, .sarNumber])
    }

    @Test func onePayloadMayHoldTheWhole() throws {
        let parts = try parts(String(repeating: "ы", count: 150), .payload, .ucs2)
        #expect(parts.count == 1 && parts[0].octets.isEmpty && parts[0].esmClass.rawValue == 0 && parts[0].dataCoding == 8)
        #expect(parts[0].parameters.first(.payload).map(Array.init) == Array((0..<150).map { _ in [0x04, 0x4B] as [UInt8] }.joined()))
    }

    /// The longest part of each kind is one that the wire carries.
    @Test func fullPartsCanBeWritten() throws {
        for message in try parts(String(repeating: "a", count: 300), .udh) + parts(String(repeating: "ы", count: 300), .sar, .ucs2) {
            var octets: [UInt8] = []
            try PDU(sequence: 1, .submit(message)).encode(into: &octets)
            var decoder = PDUDecoder()
            var read: [PDUDecoder.Item] = []
            octets.withUnsafeBytes { decoder.read($0) { read.append($0) } }
            #expect(read == [.pdu(PDU(sequence: 1, .submit(message)))])
        }
    }

    @Test func aTimeIsWrittenInUTC() {
        #expect(SMPPTime.absolute(WallTime(milliseconds: 1_795_500_000_123)) == "261124060000100+")
        #expect(SMPPTime.absolute(WallTime(milliseconds: 0)) == "700101000000000+")
    }
}
