import Time

@testable import SMPP

/// A stream of octets from a message centre: into the decoder, whole and split; what is read is written and read again; receipts are looked
/// into; a session hears all of it.
enum SMPPFuzz {
    static let corpus: [[UInt8]] = {
        var message = ShortMessage()
        message.esmClass = .receipt
        message.source = Address(ton: 1, npi: 1, "375291234567")
        message.destination = Address(ton: 5, npi: 0, "Shop")
        message.octets = Array("id:17 sub:001 dlvrd:001 submit date:2611240600 done date:2611240601 stat:DELIVRD err:000 text:a".utf8)
        message.parameters.append(.receiptedMessageID, Array("1a2b3c\0".utf8))
        message.parameters.append(.messageState, CollectionOfOne(2))
        var data = DataMessage()
        data.esmClass = .receipt
        data.parameters.append(.payload, message.octets)
        let bound = PDU(sequence: 1, .bindResponse(.transceiver, BindResponse(systemID: "smsc")))
        let bodies: [[PDU]] = [
            [bound, PDU(sequence: 2, .submitResponse(MessageResponse(id: "17"))), PDU(sequence: 0, .deliver(message))],
            [bound, PDU(sequence: 3, .data(data)), PDU(sequence: 4, .enquireLink), PDU(sequence: 5, .unbind)],
            [PDU(status: .bindFailed, sequence: 1, .bindResponse(.transceiver, BindResponse()))],
            [bound, PDU(status: .throttled, sequence: 2, .submitResponse(MessageResponse())), PDU(sequence: 0, .genericNack)],
        ]
        return bodies.map { pdus in
            var octets: [UInt8] = [3]
            for pdu in pdus { try? pdu.encode(into: &octets) }
            return octets
        }
    }()

    /// The first octet says where the stream is split.
    static func finding(_ octets: [UInt8]) -> String? {
        guard let first = octets.first else { return nil }
        let stream = Array(octets.dropFirst())
        let whole = read(stream, step: max(1, stream.count))
        guard whole == read(stream, step: Int(first) + 1) else { return "split at \(Int(first) + 1) it is another stream" }
        for case .pdu(let pdu) in whole {
            if let finding = again(pdu) { return finding }
        }
        return session(whole)
    }

    private static func read(_ stream: [UInt8], step: Int) -> [PDUDecoder.Item] {
        var decoder = PDUDecoder()
        var items: [PDUDecoder.Item] = []
        var rest = stream[...]
        while !rest.isEmpty {
            rest.prefix(step).withUnsafeBytes { decoder.read($0) { items.append($0) } }
            rest = rest.dropFirst(step)
        }
        return items
    }

    private static func again(_ pdu: PDU) -> String? {
        var octets: [UInt8] = []
        do { try pdu.encode(into: &octets) } catch { return "what was read cannot be written: \(error)" }
        guard read(octets, step: octets.count) == [.pdu(pdu)] else { return "what was read is not what is written" }
        let receipt: DeliveryReceipt? =
            switch pdu.body {
            case .deliver(let message): DeliveryReceipt(message)
            case .data(let message): DeliveryReceipt(message)
            default: nil
            }
        guard let receipt else { return nil }
        for format in MessageIDFormat.allCases where format.candidates(of: receipt).isEmpty == receipt.hasID { return "an id is lost" }
        return nil
    }

    /// One part is out when the stream comes, and has one fate at its end.
    private static func session(_ items: [PDUDecoder.Item]) -> String? {
        let now = MonotonicInstant(nanoseconds: 0)
        let settings = SessionSettings(bind: Bind(.transceiver, systemID: "a", password: "b"))
        guard var session = try? Session(settings, id: 1, at: now) else { return "no session" }
        var fates = 0
        var submitted = 0
        for item in items {
            while session.hasOctets { session.wrote(session.withOctets(\.count), at: now) }
            if submitted == 0, session.canSubmit, (try? session.submit(ShortMessage(), token: 1, at: now)) != nil { submitted = 1 }
            session.received(item, at: now)
            fates += Self.fates(session.takeEvents())
        }
        session.connectionEnded()
        fates += Self.fates(session.takeEvents())
        return fates == submitted && session.isEnded ? nil : "a part has \(fates) fates"
    }

    private static func fates(_ events: [SessionEvent]) -> Int {
        events.reduce(0) { count, event in
            switch event {
            case .answered, .unanswered: count + 1
            case .ended(let ending): count + ending.notSent.count + ending.unknown.count
            case .bound, .delivery, .notice: count
            }
        }
    }
}
