package import Connect
package import Requests
package import SMPP
internal import SMSPipeline

/// The provider's SMPP door, and how messages go through it.
package struct SMPPSettings: Equatable, Sendable {
    /// Type of number and numbering plan of an address (SMPP 3.4, 5.2.5 and 5.2.6).
    package struct Numbering: Equatable, Sendable {
        package var ton: UInt8
        package var npi: UInt8

        package init(ton: UInt8, npi: UInt8) {
            self.ton = ton
            self.npi = npi
        }
    }

    package var host: String
    package var port: Int
    package var isTLS: Bool
    /// Octets of `systemID` and `password`: what the message centre knows the account by.
    package var systemID: String
    package var password: SecretText
    package var systemType = ""
    /// A bind that submits and one that receives, in the place of one that does both.
    package var isPair = false
    package var connectTimeout = Duration.seconds(5)
    /// A PEM file with the authorities to trust instead of the system's.
    package var certificateAuthorities: String?
    /// Parts that may be unanswered at once.
    package var window = 10
    package var enquireInterval = Duration.seconds(30)
    package var responseTimeout = Duration.seconds(30)
    /// Nil: by the sender, a name or a number.
    package var source: Numbering?
    package var destination = Numbering(ton: 1, npi: 1)
    /// What texts of the GSM alphabet are called.
    package var dataCoding: UInt8 = 0
    package var concatenation = Submission.Concatenation.udh
    package var identity = MessageIdentity(.opaque)
    /// After which nobody can say whether the part was taken.
    package var unknownStatuses: Set<CommandStatus> = StatusRules().unknown
    /// A receipt must have the recipient of the part that its id means as one of its addresses.
    package var checksReceiptAddress = true

    package init(host: String, port: Int, isTLS: Bool, systemID: String, password: SecretText) {
        self.host = host
        self.port = port
        self.isTLS = isTLS
        self.systemID = systemID
        self.password = password
    }

    /// The account as entries and receipts name it.
    package var account: UInt32 { ReceiptHashes.account(host: host, port: port, systemID: systemID) }

    /// - Parameter topic: of receipts.
    package func fingerprint(topic: String) -> UInt64 { ReceiptHashes.fingerprint(topic: topic, account: account, format: identity.format) }

    package var connect: ConnectSettings {
        ConnectSettings(
            for: .smpp, to: ConnectTarget(isTLS: isTLS, host: host, port: port), timeout: connectTimeout,
            certificateAuthorities: certificateAuthorities)
    }

    /// The binds that it takes to submit and to have receipts.
    package var binds: [Bind.Kind] { isPair ? [.transmitter, .receiver] : [.transceiver] }

    package func session(_ kind: Bind.Kind) -> SessionSettings {
        var session = SessionSettings(bind: Bind(kind, systemID: systemID, password: password.text, systemType: systemType))
        session.window = window
        session.enquireInterval = enquireInterval
        session.responseTimeout = responseTimeout
        session.rules = StatusRules(unknown: unknownStatuses)
        return session
    }
}
