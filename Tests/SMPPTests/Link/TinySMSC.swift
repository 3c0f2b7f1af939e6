import TestSupport

@testable import SMPP

/// One connection of a message centre made of bytes: reads PDUs, writes whatever a test wants.
final class TinySMSC {
    private let connection: any OctetStream
    private var decoder = PDUDecoder()
    private var read: [PDU] = []

    init(_ connection: any OctetStream) { self.connection = connection }

    /// The next PDU that is no enquire_link; nil when the link has ended. Those are answered.
    func next() -> PDU? {
        while true {
            while !read.isEmpty {
                let pdu = read.removeFirst()
                guard pdu.body == .enquireLink else { return pdu }
                write(PDU(sequence: pdu.sequence, .enquireLinkResponse))
            }
            let octets = connection.receive()
            if octets.isEmpty { return nil }
            octets.withUnsafeBytes { decoder.read($0) { if case .pdu(let pdu) = $0 { read.append(pdu) } } }
        }
    }

    func write(_ pdus: PDU...) { connection.write(pdus.flatMap { SamplePDUs.octets($0) }) }

    /// Answers the bind.
    func bind(_ status: CommandStatus = .ok) {
        guard let pdu = next(), case .bind(let bind) = pdu.body else { return }
        write(PDU(status: status, sequence: pdu.sequence, .bindResponse(bind.kind, BindResponse(systemID: status == .ok ? "tiny" : ""))))
    }

    /// Accepts parts, with their numbers as ids, until the client unbinds or the link ends.
    func serve(_ accepted: (ShortMessage) -> Void = { _ in }) {
        while let pdu = next() {
            switch pdu.body {
            case .submit(let message):
                accepted(message)
                write(PDU(sequence: pdu.sequence, .submitResponse(MessageResponse(id: "\(pdu.sequence)"))))
            case .unbind: return write(PDU(sequence: pdu.sequence, .unbindResponse))
            default: continue
            }
        }
    }
}
