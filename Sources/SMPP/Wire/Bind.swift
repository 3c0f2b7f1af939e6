/// Opens a session for an account (SMPP 3.4, 4.1).
package struct Bind: Equatable, Sendable {
    package enum Kind: Equatable, Sendable {
        /// Receives receipts and messages.
        case receiver
        /// Submits.
        case transmitter
        /// Both on one connection.
        case transceiver

        var command: CommandID {
            switch self {
            case .receiver: .bindReceiver
            case .transmitter: .bindTransmitter
            case .transceiver: .bindTransceiver
            }
        }

        package var submits: Bool { self != .receiver }
    }

    /// SMPP 3.4.
    package static let version: UInt8 = 0x34
    /// Octets of a password that every peer takes.
    package static let standardPasswordLength = 8

    package var kind: Kind
    /// At most 15 octets.
    package var systemID: String
    /// At most 8 octets by the standard; some peers take 16, so that many are sent.
    package var password: String
    /// At most 12 octets; most peers want it empty.
    package var systemType: String
    package var interfaceVersion = version
    /// Type of number, numbering plan and addresses that a receiver serves; peers ignore it.
    package var addressRange = Address()

    package init(_ kind: Kind, systemID: String, password: String, systemType: String = "") {
        self.kind = kind
        self.systemID = systemID
        self.password = password
        self.systemType = systemType
    }
}

package struct BindResponse: Equatable, Sendable {
    /// The peer's name. Some echo ours; some say nothing.
    package var systemID: String
    package var parameters: TLVs

    package init(systemID: String = "", parameters: TLVs = TLVs()) {
        self.systemID = systemID
        self.parameters = parameters
    }

    /// What the peer says it speaks (sc_interface_version); often absent.
    package var interfaceVersion: UInt8? { parameters.octet(.interfaceVersion) }
}
