extension PDU {
    /// Reads one PDU, whose end is known.
    ///
    /// A request is read strictly. A response says the essential in its header: of one with an error status any body is taken, none or
    /// one that cannot be read too, and of one that says "accepted" the body may be missing. Peers do all of it.
    ///
    /// - Parameter body: what follows the header.
    init(_ header: PDUHeader, _ body: UnsafeRawBufferPointer) throws(PDUFault) {
        status = header.status
        sequence = header.sequence
        var reader = FieldReader(body)
        switch header.command {
        case .bindTransceiver: self.body = .bind(try Bind(.transceiver, &reader))
        case .bindTransmitter: self.body = .bind(try Bind(.transmitter, &reader))
        case .bindReceiver: self.body = .bind(try Bind(.receiver, &reader))
        case CommandID.bindTransceiver.response: self.body = .bindResponse(.transceiver, try BindResponse(header, &reader))
        case CommandID.bindTransmitter.response: self.body = .bindResponse(.transmitter, try BindResponse(header, &reader))
        case CommandID.bindReceiver.response: self.body = .bindResponse(.receiver, try BindResponse(header, &reader))
        case .submit: self.body = .submit(try ShortMessage(&reader))
        case CommandID.submit.response: self.body = .submitResponse(try MessageResponse(header, &reader))
        case .deliver: self.body = .deliver(try ShortMessage(&reader))
        case CommandID.deliver.response: self.body = .deliverResponse(try MessageResponse(header, &reader))
        case .data: self.body = .data(try DataMessage(&reader))
        case CommandID.data.response: self.body = .dataResponse(try MessageResponse(header, &reader))
        // Octets after the headers of these mean nothing, and nothing of them is lost.
        case .enquireLink: self.body = .enquireLink
        case CommandID.enquireLink.response: self.body = .enquireLinkResponse
        case .unbind: self.body = .unbind
        case CommandID.unbind.response: self.body = .unbindResponse
        case .genericNack: self.body = .genericNack
        default: self.body = .other(header.command, [UInt8](body))
        }
    }
}

extension Bind {
    fileprivate init(_ kind: Kind, _ reader: inout FieldReader) throws(PDUFault) {
        self.init(
            kind, systemID: try reader.string(.systemID, limit: FieldLimits.systemID),
            password: try reader.string(.password, limit: FieldLimits.password),
            systemType: try reader.string(.systemType, limit: FieldLimits.systemType))
        interfaceVersion = try reader.octet()
        addressRange = try reader.address(.addressRange, limit: FieldLimits.addressRange)
    }
}

extension BindResponse {
    fileprivate init(_ header: PDUHeader, _ reader: inout FieldReader) throws(PDUFault) {
        self.init()
        if reader.isAtEnd { return }
        do {
            systemID = try reader.string(.systemID, limit: FieldLimits.systemID)
            parameters = try reader.parameters()
        } catch {
            guard header.status != .ok else { throw error }
            self = BindResponse()
        }
    }
}

extension ShortMessage {
    fileprivate init(_ reader: inout FieldReader) throws(PDUFault) {
        serviceType = try reader.string(.serviceType, limit: FieldLimits.serviceType)
        source = try reader.address(.sourceAddress, limit: FieldLimits.address)
        destination = try reader.address(.destinationAddress, limit: FieldLimits.address)
        esmClass = ESMClass(rawValue: try reader.octet())
        protocolID = try reader.octet()
        priority = try reader.octet()
        scheduledAt = try reader.string(.schedule, limit: FieldLimits.time)
        validUntil = try reader.string(.validity, limit: FieldLimits.time)
        registeredDelivery = try reader.octet()
        replaceIfPresent = try reader.octet()
        dataCoding = try reader.octet()
        defaultMessageID = try reader.octet()
        let length = Int(try reader.octet())
        guard length <= Self.maximumLength else { throw PDUFault(kind: .badLength, field: .shortMessage) }
        octets = try reader.octets(length, .shortMessage)
        parameters = try reader.parameters()
    }
}

extension DataMessage {
    fileprivate init(_ reader: inout FieldReader) throws(PDUFault) {
        serviceType = try reader.string(.serviceType, limit: FieldLimits.serviceType)
        source = try reader.address(.sourceAddress, limit: FieldLimits.dataAddress)
        destination = try reader.address(.destinationAddress, limit: FieldLimits.dataAddress)
        esmClass = ESMClass(rawValue: try reader.octet())
        registeredDelivery = try reader.octet()
        dataCoding = try reader.octet()
        parameters = try reader.parameters()
    }
}

extension MessageResponse {
    fileprivate init(_ header: PDUHeader, _ reader: inout FieldReader) throws(PDUFault) {
        self.init()
        if reader.isAtEnd { return }
        do {
            id = try reader.string(.messageID, limit: FieldLimits.messageID)
            parameters = try reader.parameters()
        } catch {
            guard header.status != .ok else { throw error }
            self = MessageResponse()
        }
    }
}
