/// A phone, or the name that a message comes from.
package struct Address: Hashable, Sendable {
    /// Type of number: 0 unknown, 1 international, 2 national, 3 network, 4 subscriber, 5 alphanumeric (SMPP 3.4, 5.2.5).
    package var ton: UInt8
    /// Numbering plan: 0 unknown, 1 E.164 (SMPP 3.4, 5.2.6).
    package var npi: UInt8
    /// At most 20 octets, in data_sm 64. Phones without a plus.
    package var digits: String

    package init(ton: UInt8 = 0, npi: UInt8 = 0, _ digits: String = "") {
        self.ton = ton
        self.npi = npi
        self.digits = digits
    }
}
