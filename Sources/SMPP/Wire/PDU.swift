/// One protocol data unit: a header of 16 octets (length, command, status, sequence; SMPP 3.4, 3.2) and what follows.
package struct PDU: Equatable, Sendable {
    package enum Body: Equatable, Sendable {
        case bind(Bind)
        case bindResponse(Bind.Kind, BindResponse)
        case submit(ShortMessage)
        case submitResponse(MessageResponse)
        case deliver(ShortMessage)
        case deliverResponse(MessageResponse)
        case data(DataMessage)
        case dataResponse(MessageResponse)
        case enquireLink
        case enquireLinkResponse
        case unbind
        case unbindResponse
        case genericNack
        /// Kept whole: what came after the header.
        case other(CommandID, [UInt8])
    }

    /// Of a request always `ok`.
    package var status: CommandStatus
    /// A response has its request's. The peer may use any number; we use 1 … 0x7FFFFFFF.
    package var sequence: UInt32
    package var body: Body

    package init(status: CommandStatus = .ok, sequence: UInt32, _ body: Body) {
        self.status = status
        self.sequence = sequence
        self.body = body
    }

    package var command: CommandID {
        switch body {
        case .bind(let bind): bind.kind.command
        case .bindResponse(let kind, _): kind.command.response
        case .submit: .submit
        case .submitResponse: CommandID.submit.response
        case .deliver: .deliver
        case .deliverResponse: CommandID.deliver.response
        case .data: .data
        case .dataResponse: CommandID.data.response
        case .enquireLink: .enquireLink
        case .enquireLinkResponse: CommandID.enquireLink.response
        case .unbind: .unbind
        case .unbindResponse: CommandID.unbind.response
        case .genericNack: .genericNack
        case .other(let command, _): command
        }
    }
}

/// The first 16 octets of a PDU, as they came.
package struct PDUHeader: Equatable, Sendable {
    package static let size = 16

    package let length: UInt32
    package let command: CommandID
    package let status: CommandStatus
    package let sequence: UInt32

    /// - Parameter bytes: at least 16.
    init(_ bytes: UnsafeRawBufferPointer) {
        length = bytes.bigEndian32(at: 0)
        command = CommandID(rawValue: bytes.bigEndian32(at: 4))
        status = CommandStatus(bytes.bigEndian32(at: 8))
        sequence = bytes.bigEndian32(at: 12)
    }
}

extension UnsafeRawBufferPointer {
    func bigEndian32(at offset: Int) -> UInt32 { UInt32(bigEndian: loadUnaligned(fromByteOffset: offset, as: UInt32.self)) }
    func bigEndian16(at offset: Int) -> UInt16 { UInt16(bigEndian: loadUnaligned(fromByteOffset: offset, as: UInt16.self)) }
}
