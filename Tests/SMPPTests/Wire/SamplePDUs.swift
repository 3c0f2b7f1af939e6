import TestSupport

@testable import SMPP

/// PDUs as they are met, and any that the wire can carry.
enum SamplePDUs {
    static func submission(to phone: String = "375291234567", _ text: String = "hi") -> ShortMessage {
        var message = ShortMessage()
        message.source = Address(ton: 5, npi: 0, "Shop")
        message.destination = Address(ton: 1, npi: 1, phone)
        message.registeredDelivery = 1
        message.octets = Array(text.utf8)
        return message
    }

    static func receipt(id: String, text: String = "stat:DELIVRD err:000") -> ShortMessage {
        var message = ShortMessage()
        message.esmClass = .receipt
        message.source = Address(ton: 1, npi: 1, "375291234567")
        message.destination = Address(ton: 5, npi: 0, "Shop")
        message.octets = Array("id:\(id) \(text)".utf8)
        return message
    }

    /// A command of every kind with fields of every length up to their limits.
    static func any(_ random: inout SeededGenerator) -> PDU {
        let sequence = UInt32(truncatingIfNeeded: random.next())
        let status = CommandStatus(random.oneIn(2) ? 0 : UInt32(random.below(0x500)))
        switch random.below(14) {
        case 0:
            var bind = Bind(
                [.receiver, .transmitter, .transceiver][random.below(3)], systemID: text(&random, 15), password: text(&random, 16),
                systemType: text(&random, 12))
            bind.addressRange = address(&random, 40)
            return PDU(sequence: sequence, .bind(bind))
        case 1:
            let response = BindResponse(systemID: text(&random, 15), parameters: parameters(&random))
            return PDU(
                status: status, sequence: sequence, .bindResponse([.receiver, .transmitter, .transceiver][random.below(3)], response))
        case 2, 3: return PDU(sequence: sequence, .submit(message(&random)))
        case 4: return PDU(status: status, sequence: sequence, .submitResponse(response(&random)))
        case 5, 6: return PDU(sequence: sequence, .deliver(message(&random)))
        case 7: return PDU(status: status, sequence: sequence, .deliverResponse(response(&random)))
        case 8:
            var message = DataMessage()
            message.serviceType = text(&random, 5)
            message.source = address(&random, 64)
            message.destination = address(&random, 64)
            message.esmClass = ESMClass(rawValue: UInt8(random.below(256)))
            message.dataCoding = UInt8(random.below(256))
            message.parameters = parameters(&random)
            return PDU(sequence: sequence, .data(message))
        case 9: return PDU(status: status, sequence: sequence, .dataResponse(response(&random)))
        case 10: return PDU(sequence: sequence, random.oneIn(2) ? .enquireLink : .unbind)
        case 11: return PDU(status: status, sequence: sequence, random.oneIn(2) ? .enquireLinkResponse : .unbindResponse)
        case 12: return PDU(status: status, sequence: sequence, .genericNack)
        default:
            let octets = (0..<random.below(40)).map { _ in UInt8(random.below(256)) }
            return PDU(status: status, sequence: sequence, .other(CommandID(rawValue: 0x700 + UInt32(random.below(256))), octets))
        }
    }

    static func octets(_ pdu: PDU) -> [UInt8] {
        var octets: [UInt8] = []
        do { try pdu.encode(into: &octets) } catch { fatalError("\(error): \(pdu)") }
        return octets
    }

    private static func message(_ random: inout SeededGenerator) -> ShortMessage {
        var message = ShortMessage()
        message.serviceType = text(&random, 5)
        message.source = address(&random, 20)
        message.destination = address(&random, 20)
        message.esmClass = ESMClass(rawValue: UInt8(random.below(256)))
        message.protocolID = UInt8(random.below(256))
        message.priority = UInt8(random.below(4))
        message.scheduledAt = text(&random, 16)
        message.validUntil = text(&random, 16)
        message.registeredDelivery = UInt8(random.below(32))
        message.dataCoding = UInt8(random.below(256))
        message.octets = (0..<random.below(255)).map { _ in UInt8(random.below(256)) }
        message.parameters = parameters(&random)
        return message
    }

    private static func response(_ random: inout SeededGenerator) -> MessageResponse {
        MessageResponse(id: text(&random, 64), parameters: parameters(&random))
    }

    private static func address(_ random: inout SeededGenerator, _ limit: Int) -> Address {
        Address(ton: UInt8(random.below(8)), npi: UInt8(random.below(20)), text(&random, limit))
    }

    /// Any octets but NUL, seldom more than a few.
    private static func text(_ random: inout SeededGenerator, _ limit: Int) -> String {
        let octets = (0..<(random.oneIn(8) ? limit : random.below(limit + 1))).map { _ in
            UInt8(random.oneIn(9) ? 1 + random.below(255) : 0x30 + random.below(10))
        }
        return FieldReader.text(octets)
    }

    private static func parameters(_ random: inout SeededGenerator) -> TLVs {
        var parameters = TLVs()
        for _ in 0..<(random.oneIn(2) ? 0 : random.below(4)) {
            let tag = TLV.Tag(rawValue: UInt16(random.below(0x10000)))
            parameters.append(tag, (0..<random.below(20)).map { _ in UInt8(random.below(256)) })
        }
        return parameters
    }
}
