/// The body of submit_sm and deliver_sm, which are alike (SMPP 3.4, 4.4.1 and 4.6.1).
package struct ShortMessage: Equatable, Sendable {
    /// Octets that `octets` may have; what is longer goes as `TLV.Tag.payload`.
    package static let maximumLength = 254

    /// At most 5 octets.
    package var serviceType = ""
    package var source = Address()
    package var destination = Address()
    package var esmClass = ESMClass()
    package var protocolID: UInt8 = 0
    package var priority: UInt8 = 0
    /// Empty, or 16 octets (`SMPPTime`).
    package var scheduledAt = ""
    /// Empty, or 16 octets (`SMPPTime`).
    package var validUntil = ""
    /// Which receipts are asked for (SMPP 3.4, 5.2.17): 0 none, 1 of success and failure.
    package var registeredDelivery: UInt8 = 0
    package var replaceIfPresent: UInt8 = 0
    /// Of the text: 0 the peer's default, 8 UTF-16BE (SMPP 3.4, 5.2.19).
    package var dataCoding: UInt8 = 0
    package var defaultMessageID: UInt8 = 0
    /// User data header, where `esmClass` tells of one, and text.
    package var octets: [UInt8] = []
    package var parameters = TLVs()

    package init() {}
}

/// What kind of message it is (SMPP 3.4, 5.2.12).
package struct ESMClass: RawRepresentable, Hashable, Sendable {
    package var rawValue: UInt8

    package init(rawValue: UInt8 = 0) { self.rawValue = rawValue }

    /// The text begins with a user data header.
    package static let userDataHeader = ESMClass(rawValue: 0x40)
    package static let receipt = ESMClass(rawValue: 0x04)
    package static let intermediateNotification = ESMClass(rawValue: 0x20)

    package var hasUserDataHeader: Bool { rawValue & 0x40 != 0 }
    /// Bits 5 to 2 alone: an ordinary message, a receipt of the message centre, an acknowledgement by a phone's user, …
    package var messageType: ESMClass { ESMClass(rawValue: rawValue & 0x3C) }
}
