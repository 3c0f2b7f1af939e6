import Testing

@testable import SMPP

/// The octets of single PDUs, made by hand after SMPP 3.4, chapter 4.
@Suite struct PDUTests {
    private func pdu(_ octets: [UInt8]) -> PDUDecoder.Item? {
        var decoder = PDUDecoder()
        var items: [PDUDecoder.Item] = []
        octets.withUnsafeBytes { decoder.read($0) { items.append($0) } }
        return items.count == 1 ? items[0] : nil
    }

    /// With its length, of the whole.
    private func octets(_ command: UInt32, status: UInt32 = 0, sequence: UInt32 = 1, _ body: [UInt8] = []) -> [UInt8] {
        var octets: [UInt8] = []
        for field in [UInt32(16 + body.count), command, status, sequence] { octets.appendBigEndian(field) }
        return octets + body
    }

    private func cString(_ text: String) -> [UInt8] { Array(text.utf8) + [0] }

    @Test func aBind() {
        let bind = Bind(.transceiver, systemID: "shop", password: "secret")
        let body = cString("shop") + cString("secret") + cString("") + [0x34, 0, 0] + cString("")
        #expect(SamplePDUs.octets(PDU(sequence: 1, .bind(bind))) == octets(9, body))
        #expect(pdu(octets(9, body)) == .pdu(PDU(sequence: 1, .bind(bind))))
    }

    @Test func aSubmission() {
        var message = SamplePDUs.submission()
        message.parameters.append(.sarReference, [0x01, 0x02])
        let body: [UInt8] =
            [0, 5, 0] + cString("Shop") + [1, 1] + cString("375291234567") + [0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0x68, 0x69]
            + [0x02, 0x0C, 0, 2, 1, 2]
        #expect(SamplePDUs.octets(PDU(sequence: 1, .submit(message))) == octets(4, body))
        #expect(pdu(octets(4, body)) == .pdu(PDU(sequence: 1, .submit(message))))
    }

    @Test func theAnswersToAReceiptAndToKeepalivesHaveTheBodyOfTheStandard() {
        #expect(SamplePDUs.octets(PDU(sequence: 7, .deliverResponse(MessageResponse()))) == octets(0x8000_0005, sequence: 7, [0]))
        #expect(SamplePDUs.octets(PDU(sequence: 7, .enquireLinkResponse)) == octets(0x8000_0015, sequence: 7))
        #expect(
            SamplePDUs.octets(PDU(status: .invalidCommandLength, sequence: 0, .genericNack))
                == octets(0x8000_0000, status: 2, sequence: 0))
    }

    /// 4.4.2: without a body; peers send one all the same, whole, cut, or of one octet.
    @Test(arguments: [[], [0], [0x61, 0x62, 0], [0x61, 0x62]] as [[UInt8]])
    func anErrorResponseIsReadWithAnyBody(body: [UInt8]) {
        let id = body == [0x61, 0x62, 0] ? "ab" : ""
        #expect(
            pdu(octets(0x8000_0004, status: 0x0B, body))
                == .pdu(PDU(status: CommandStatus(0x0B), sequence: 1, .submitResponse(MessageResponse(id: id)))))
        #expect(
            pdu(octets(0x8000_0009, status: 0x0D, body))
                == .pdu(PDU(status: .bindFailed, sequence: 1, .bindResponse(.transceiver, BindResponse(systemID: id)))))
    }

    @Test func anAcceptanceMayComeWithoutABody() {
        #expect(pdu(octets(0x8000_0004)) == .pdu(PDU(sequence: 1, .submitResponse(MessageResponse()))))
    }

    @Test func anAcceptanceWhoseIDCannotBeReadIsMalformed() {
        guard case .malformed(let header, let fault) = pdu(octets(0x8000_0004, [0x61, 0x62])) else {
            Issue.record("an id without a NUL was read")
            return
        }
        #expect(header.status == .ok && fault == PDUFault(kind: .truncated, field: .messageID))
    }

    @Test func whatNobodyKnowsIsKeptWhole() {
        let unknown = PDU(status: CommandStatus(0x444), sequence: 0xFFFF_FFFF, .other(CommandID(rawValue: 0x777), [9, 8, 7]))
        #expect(pdu(SamplePDUs.octets(unknown)) == .pdu(unknown))
    }

    @Test func octetsAfterAKeepaliveMeanNothing() {
        #expect(pdu(octets(0x15, [1, 2, 3])) == .pdu(PDU(sequence: 1, .enquireLink)))
    }

    /// Each field one octet longer than it may be, and without its NUL where the PDU ends.
    @Test func aFieldWithoutItsNULIsAFault() {
        let long = [UInt8](repeating: 0x31, count: 70)
        let faults: [(UInt32, [UInt8], PDUFault)] = [
            (5, long, PDUFault(kind: .notTerminated, field: .serviceType)),
            (5, [0x31, 0x32], PDUFault(kind: .truncated, field: .serviceType)),
            (5, [0, 1, 1] + long, PDUFault(kind: .notTerminated, field: .sourceAddress)),
            (5, [0, 1, 1, 0, 1, 1] + long, PDUFault(kind: .notTerminated, field: .destinationAddress)),
            (5, [0, 1, 1, 0, 1, 1, 0, 0, 0, 0] + long, PDUFault(kind: .notTerminated, field: .schedule)),
            (5, [0, 1, 1, 0, 1, 1, 0, 0, 0, 0, 0] + long, PDUFault(kind: .notTerminated, field: .validity)),
            (0x8000_0004, long, PDUFault(kind: .notTerminated, field: .messageID)),
            (0x8000_0009, long, PDUFault(kind: .notTerminated, field: .systemID)),
            (5, [0, 1], PDUFault(kind: .truncated, field: .flags)),
        ]
        for (command, body, fault) in faults {
            guard case .malformed(_, let found) = pdu(octets(command, body)) else {
                Issue.record("\(fault) was not seen")
                continue
            }
            #expect(found == fault)
        }
    }

    @Test func aTextThatIsLongerThanItsPDUOrThanTheStandardAllowsIsAFault() {
        let before: [UInt8] = [0, 1, 1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        let long = [UInt8](repeating: 0, count: 255)
        for (body, kind) in [(before + [3, 0x31, 0x32], PDUFault.Kind.truncated), (before + [255] + long, .badLength)] {
            guard case .malformed(_, let fault) = pdu(octets(5, body)) else {
                Issue.record("\(kind) was not seen")
                continue
            }
            #expect(fault == PDUFault(kind: kind, field: .shortMessage))
        }
    }

    @Test func parametersThatDoNotAddUpAreAFault() {
        let before: [UInt8] = [0, 1, 1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        for rest in [[0x04], [0x04, 0x24, 0x00], [0x04, 0x24, 0x00, 0x02, 0x01], [0x04, 0x24, 0xFF, 0xFF]] as [[UInt8]] {
            guard case .malformed(_, let fault) = pdu(octets(5, before + rest)) else {
                Issue.record("\(rest) was read")
                continue
            }
            #expect(fault == PDUFault(kind: .truncated, field: .parameters))
        }
    }

    @Test func parametersKeepTheirOrderAndAnyValue() {
        var parameters = TLVs()
        parameters.append(.messageState, [2])
        parameters.append(TLV.Tag(rawValue: 0x1400), [UInt8]())
        parameters.append(.messageState, [5, 5])
        #expect(parameters.map(\.tag.rawValue) == [0x0427, 0x1400, 0x0427])
        #expect(parameters.map { Array($0.value) } == [[2], [], [5, 5]])
        #expect(parameters.octet(.messageState) == 2 && parameters.octet(.payload) == nil)
        #expect(parameters.first(TLV.Tag(rawValue: 0x1400))?.isEmpty == true)
    }

    /// Nothing is cut in silence, and a failed PDU leaves no octet behind.
    @Test func whatTheWireCannotCarryIsAnError() {
        var long = SamplePDUs.submission()
        long.octets = [UInt8](repeating: 0, count: 255)
        var huge = SamplePDUs.submission()
        huge.parameters.append(.payload, [UInt8](repeating: 0, count: 65_535))
        var cyrillic = SamplePDUs.submission()
        cyrillic.source.digits = "Магазин"
        let name = String(repeating: "a", count: 16)
        let cases: [(PDU.Body, PDUEncodingError)] = [
            (.submit(long), .tooLong(.shortMessage, limit: 254)), (.submit(huge), .pduTooLong),
            (.submit(SamplePDUs.submission(to: String(repeating: "1", count: 21))), .tooLong(.destinationAddress, limit: 20)),
            (.submit(cyrillic), .badCharacter(.sourceAddress)),
            (.submit(SamplePDUs.submission(to: "3752\0")), .badCharacter(.destinationAddress)),
            (.bind(Bind(.transmitter, systemID: name, password: "")), .tooLong(.systemID, limit: 15)),
            (.bind(Bind(.transmitter, systemID: "a", password: name + "b")), .tooLong(.password, limit: 16)),
        ]
        for (body, expected) in cases {
            var octets: [UInt8] = [42]
            let error = #expect(throws: PDUEncodingError.self) { try PDU(sequence: 1, body).encode(into: &octets) }
            #expect(error == expected)
            #expect(octets == [42])
        }
    }

    @Test func whatIsSaidOfAFaultNamesNoText() {
        #expect("\(PDUEncodingError.badCharacter(.sourceAddress))" == "source_addr holds a character that SMPP cannot carry")
        #expect("\(CommandStatus.throttled)" == "ESME_RTHROTTLED (0x58)" && "\(CommandStatus(0x401))" == "0x401")
        #expect("\(CommandID.deliver.response)" == "deliver_sm_resp" && "\(CommandID(rawValue: 0x8000_0777))" == "command 0x80000777")
    }
}
