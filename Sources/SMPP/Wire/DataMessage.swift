/// The body of data_sm (SMPP 3.4, 4.7.1): the text, if any, is a TLV. Peers use it for receipts now and then.
package struct DataMessage: Equatable, Sendable {
    /// At most 5 octets.
    package var serviceType = ""
    package var source = Address()
    package var destination = Address()
    package var esmClass = ESMClass()
    package var registeredDelivery: UInt8 = 0
    package var dataCoding: UInt8 = 0
    package var parameters = TLVs()

    package init() {}
}

/// The body of submit_sm_resp, deliver_sm_resp and data_sm_resp.
package struct MessageResponse: Equatable, Sendable {
    /// At most 64 octets, and any text. Empty in deliver_sm_resp, in most error responses, and in some that say "accepted".
    package var id: String
    package var parameters: TLVs

    package init(id: String = "", parameters: TLVs = TLVs()) {
        self.id = id
        self.parameters = parameters
    }

    var isEmpty: Bool { id.isEmpty && parameters.isEmpty }
}
