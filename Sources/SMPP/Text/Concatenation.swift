package import SMSText

/// How the parts of a message say that they belong together. Never two of these at once.
package enum Concatenation: UInt8, Sendable {
    /// A user data header before the text (3GPP TS 23.040, 9.2.3.24.1): what passes every relay that was tried.
    case udh = 0
    /// TLVs: some relays drop them, and the parts arrive alone.
    case sar = 1
    /// The whole text as one message_payload: some relays accept it and send nothing.
    case payload = 2
}

/// What never changes about a message's parts once the first was submitted: a part that is submitted again is the same, octet for octet.
package struct PartFormat: Equatable, Sendable {
    package var coding: TextCoding
    /// As the peer is told; of UCS-2 it should be 8.
    package var dataCoding: UInt8
    package var concatenation: Concatenation
    /// Tells the parts of one message to a phone from those of another. A user data header has its low octet alone.
    package var reference: UInt16

    package init(_ coding: TextCoding, dataCoding: UInt8, _ concatenation: Concatenation, reference: UInt16) {
        self.coding = coding
        self.dataCoding = dataCoding
        self.concatenation = concatenation
        self.reference = reference
    }
}
