extension PDU {
    /// Appends the PDU's octets. Where it throws, nothing was appended.
    package func encode(into octets: inout [UInt8]) throws(PDUEncodingError) {
        let begin = octets.count
        octets.appendBigEndian(UInt32(0))
        octets.appendBigEndian(command.rawValue)
        octets.appendBigEndian(status.rawValue)
        octets.appendBigEndian(sequence)
        do throws(PDUEncodingError) {
            try encodeBody(into: &octets)
            guard octets.count - begin <= PDUDecoder.maximumLength else { throw .pduTooLong }
        } catch {
            octets.removeSubrange(begin...)
            throw error
        }
        octets.replace(at: begin, with: UInt32(octets.count - begin))
    }

    private func encodeBody(into octets: inout [UInt8]) throws(PDUEncodingError) {
        switch body {
        case .bind(let bind): try bind.encode(into: &octets)
        case .bindResponse(_, let response):
            // An error response has no body (4.1.2); what somebody put into one all the same is written.
            if status != .ok, response == BindResponse() { return }
            try octets.append(response.systemID, .systemID, limit: FieldLimits.systemID)
            octets += response.parameters.octets
        case .submit(let message), .deliver(let message): try message.encode(into: &octets)
        case .submitResponse(let response), .dataResponse(let response):
            if status != .ok, response.isEmpty { return }
            try response.encode(into: &octets)
        // Always a NUL, which is an empty message_id (4.6.2).
        case .deliverResponse(let response): try response.encode(into: &octets)
        case .data(let message): try message.encode(into: &octets)
        case .other(_, let rest): octets += rest
        case .enquireLink, .enquireLinkResponse, .unbind, .unbindResponse, .genericNack: return
        }
    }
}

extension Bind {
    fileprivate func encode(into octets: inout [UInt8]) throws(PDUEncodingError) {
        try octets.append(systemID, .systemID, limit: FieldLimits.systemID)
        try octets.append(password, .password, limit: FieldLimits.password)
        try octets.append(systemType, .systemType, limit: FieldLimits.systemType)
        octets.append(interfaceVersion)
        try octets.append(addressRange, .addressRange, limit: FieldLimits.addressRange)
    }
}

extension ShortMessage {
    fileprivate func encode(into octets: inout [UInt8]) throws(PDUEncodingError) {
        guard self.octets.count <= Self.maximumLength else { throw .tooLong(.shortMessage, limit: Self.maximumLength) }
        try octets.append(serviceType, .serviceType, limit: FieldLimits.serviceType)
        try octets.append(source, .sourceAddress, limit: FieldLimits.address)
        try octets.append(destination, .destinationAddress, limit: FieldLimits.address)
        octets.append(esmClass.rawValue)
        octets.append(protocolID)
        octets.append(priority)
        try octets.append(scheduledAt, .schedule, limit: FieldLimits.time)
        try octets.append(validUntil, .validity, limit: FieldLimits.time)
        octets.append(registeredDelivery)
        octets.append(replaceIfPresent)
        octets.append(dataCoding)
        octets.append(defaultMessageID)
        octets.append(UInt8(self.octets.count))
        octets += self.octets
        octets += parameters.octets
    }
}

extension DataMessage {
    fileprivate func encode(into octets: inout [UInt8]) throws(PDUEncodingError) {
        try octets.append(serviceType, .serviceType, limit: FieldLimits.serviceType)
        try octets.append(source, .sourceAddress, limit: FieldLimits.dataAddress)
        try octets.append(destination, .destinationAddress, limit: FieldLimits.dataAddress)
        octets.append(esmClass.rawValue)
        octets.append(registeredDelivery)
        octets.append(dataCoding)
        octets += parameters.octets
    }
}

extension MessageResponse {
    fileprivate func encode(into octets: inout [UInt8]) throws(PDUEncodingError) {
        try octets.append(id, .messageID, limit: FieldLimits.messageID)
        octets += parameters.octets
    }
}
