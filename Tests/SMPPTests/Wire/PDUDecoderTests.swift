import TestSupport
import Testing

@testable import SMPP

/// PDUs out of a stream of bytes, wherever it is cut.
@Suite struct PDUDecoderTests {
    /// Fed in pieces; `cut` says where each ends.
    private func items(_ bytes: [UInt8], cut: (Int) -> Int) -> [PDUDecoder.Item] {
        var decoder = PDUDecoder()
        var items: [PDUDecoder.Item] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = max(1, min(rest.count, cut(rest.count)))
            rest.prefix(count).withUnsafeBytes { decoder.read($0) { items.append($0) } }
            rest = rest.dropFirst(count)
        }
        return items
    }

    private func items(_ bytes: [UInt8]) -> [PDUDecoder.Item] { items(bytes) { $0 } }

    @Test func pdusComeOutAsTheyWentInWhereverTheStreamIsCut() {
        let failure = RandomSchedules.firstFailure(of: 2_000) { random in
            let pdus = (0..<1 + random.below(6)).map { _ in SamplePDUs.any(&random) }
            let bytes = pdus.flatMap { SamplePDUs.octets($0) }
            let longest = [1, 3, 20, 700][random.below(4)]
            let read = items(bytes) { _ in 1 + random.below(longest) }
            return read == pdus.map { .pdu($0) } ? nil : "\(pdus) came out as \(read)"
        }
        #expect(failure == nil)
    }

    /// Every cut of a stream of three into two pieces.
    @Test func threePDUsCutAnywhere() {
        let pdus = [
            PDU(sequence: 1, .submit(SamplePDUs.submission())), PDU(sequence: 2, .enquireLink),
            PDU(sequence: 0, .deliver(SamplePDUs.receipt(id: "17"))),
        ]
        let bytes = pdus.flatMap { SamplePDUs.octets($0) }
        for place in 1..<bytes.count {
            #expect(items(bytes) { $0 == bytes.count ? place : $0 } == pdus.map { .pdu($0) }, "cut at \(place)")
        }
    }

    @Test(arguments: [UInt32(0), 8, 15])
    func aLengthBelowTheHeadersEndsTheStream(length: UInt32) {
        #expect(items(header(length: length, .enquireLink) + header(length: 16, .enquireLink)) == [.lost(.tooShort(length))])
    }

    @Test(arguments: [UInt32(65_537), 0x7FFF_FFFF, 0xFFFF_FFFF])
    func aLengthAboveTheLimitEndsTheStreamAsSoonAsItIsRead(length: UInt32) {
        #expect(items(Array(header(length: length, .enquireLink).prefix(4))) == [.lost(.tooLong(length))])
        #expect(items(header(length: length, .enquireLink)) { _ in 1 } == [.lost(.tooLong(length))])
    }

    @Test func aPDUOfTheLargestLengthIsRead() {
        let octets = [UInt8](repeating: 7, count: PDUDecoder.maximumLength - 16)
        let bytes = header(length: 65_536, CommandID(rawValue: 0x99)) + octets
        #expect(items(bytes) { _ in 1_000 } == [.pdu(PDU(sequence: 9, .other(CommandID(rawValue: 0x99), octets)))])
    }

    /// What cannot be read costs itself alone.
    @Test func aBrokenBodyLeavesTheNextPDUWhole() {
        let broken = header(length: 20, .deliver) + [1, 2, 3, 4]
        let read = items(broken + header(length: 16, .unbind)) { _ in 5 }
        guard read.count == 2, case .malformed(let head, let fault) = read[0] else {
            Issue.record("\(read)")
            return
        }
        #expect(head.command == .deliver && head.sequence == 9 && head.length == 20)
        #expect(fault == PDUFault(kind: .truncated, field: .serviceType))
        #expect(read[1] == .pdu(PDU(sequence: 9, .unbind)))
    }

    /// Whatever comes, nothing traps and no more than one PDU is kept.
    @Test func noiseIsReadWithoutHarm() {
        let failure = RandomSchedules.firstFailure(of: 5_000) { random in
            var bytes = (0..<1 + random.below(4)).flatMap { _ in SamplePDUs.octets(SamplePDUs.any(&random)) }
            for _ in 0..<1 + random.below(6) { bytes[random.below(bytes.count)] = UInt8(random.below(256)) }
            let whole = items(bytes)
            let cut = items(bytes) { _ in 1 + random.below(9) }
            return whole == cut ? nil : "whole \(whole), cut \(cut)"
        }
        #expect(failure == nil)
    }

    private func header(length: UInt32, _ command: CommandID) -> [UInt8] {
        var octets: [UInt8] = []
        for field in [length, command.rawValue, 0, 9] { octets.appendBigEndian(field) }
        return octets
    }
}
