/// What a receipt says, and nothing of what the message said.
///
/// The TLVs go before the text, field by field: 0x001E the id, 0x0427 the state, 0x0423 the carrier's error.
package struct DeliveryReceipt: Equatable, Sendable {
    /// The carrier's own word, for the operator: it decides nothing.
    package enum NetworkError: Equatable, Sendable {
        /// Of TLV 0x0423; network 1 ANSI-136, 2 IS-95, 3 GSM (SMPP 3.4, 5.3.2.31).
        case code(network: UInt8, UInt16)
        /// Of the text: letters and digits, at most 8.
        case text(String)
    }

    /// As it came in the TLV; at most 64 characters.
    package let parameterID: String?
    /// As it came in the text; at most 64 characters.
    package let textID: String?
    /// Nil where it tells of none that is known.
    package let state: DeliveryState?
    package let error: NetworkError?
    package let source: AddressHash
    package let destination: AddressHash

    /// From what was kept of one.
    package init(
        parameterID: String?, textID: String?, state: DeliveryState?, error: NetworkError?, source: AddressHash, destination: AddressHash
    ) {
        self.parameterID = parameterID
        self.textID = textID
        self.state = state
        self.error = error
        self.source = source
        self.destination = destination
    }

    package var hasID: Bool { parameterID != nil || textID != nil }

    /// Whether it may be about a message to this address. Some peers swap the two addresses and some do not: one that fits is enough.
    package func mayConcern(_ address: AddressHash) -> Bool { source == address || destination == address }

    /// - Returns: nil where the message is no receipt.
    package init?(_ message: ShortMessage) {
        let octets = message.octets.isEmpty ? message.parameters.first(.payload) ?? [] : message.octets[...]
        self.init(message.esmClass, octets, message.parameters, from: message.source, to: message.destination)
    }

    /// - Returns: nil where the message is no receipt.
    package init?(_ message: DataMessage) {
        let octets = message.parameters.first(.payload) ?? []
        self.init(message.esmClass, octets, message.parameters, from: message.source, to: message.destination)
    }

    private init?(_ esmClass: ESMClass, _ octets: ArraySlice<UInt8>, _ parameters: TLVs, from source: Address, to destination: Address) {
        let id = parameters.first(.receiptedMessageID)
        let state = parameters.first(.messageState)
        // Either by its class, or by two TLVs that only a receipt has: some peers forget the class.
        guard [.receipt, .intermediateNotification].contains(esmClass.messageType) || (id != nil && state != nil) else { return nil }
        let text = ReceiptText(octets)
        parameterID = id.flatMap(Self.id)
        textID = text.id
        self.state = parameters.octet(.messageState).flatMap(DeliveryState.init(rawValue:)) ?? text.state
        error = Self.error(parameters) ?? text.error.map(NetworkError.text)
        self.source = AddressHash(source.digits)
        self.destination = AddressHash(destination.digits)
    }

    /// With a NUL at its end, or without.
    private static func id(_ value: ArraySlice<UInt8>) -> String? {
        let id = value.prefix { $0 != 0 }
        return id.isEmpty || id.count > 64 ? nil : FieldReader.text(id)
    }

    private static func error(_ parameters: TLVs) -> NetworkError? {
        guard let value = parameters.first(.networkErrorCode), value.count == 3 else { return nil }
        let octets = Array(value)
        return .code(network: octets[0], UInt16(octets[1]) << 8 | UInt16(octets[2]))
    }
}
