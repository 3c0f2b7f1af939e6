internal import Connect
internal import Requests
internal import SMPP
internal import SMSPipeline

/// What became of a bind means for a start over SMPP: the lines of provider, credentials, senders and clock. Pure.
package struct SMPPCheck {
    package let lines: [CheckLine]

    package init(_ settings: SMPPSettings, _ facts: SMPPFacts) {
        let address = "\(settings.host), port \(settings.port)"
        let rest = [
            CheckLine.unasked(.senders, "SMPP has no question for them: the provider's support says which the account may name"),
            CheckLine.unasked(.clock, "SMPP tells no time"),
        ]
        let answers = CheckLine.good(.provider, "a message centre answers at \(address)" + (settings.isTLS ? ", by TLS" : ""))
        switch facts {
        case .bound:
            // One that receives would be given receipts.
            let other = settings.isPair ? "; the receiver's bind is not tried, so that no receipt is lost" : ""
            lines = [answers, .good(.credentials, "they are taken: it was bound, as a transmitter, and unbound\(other)")] + rest
        case .failed(.refused(let refusal, let status)): lines = [answers, Self.refused(refusal, status)] + rest
        case .failed(.connect(let failure)): lines = [Self.away(address, failure), Self.untried] + rest
        case .failed(.ended(let reason)):
            lines = [Self.finding(address, reason.description, "\(Self.isItSMPP); many let known addresses in alone"), Self.untried] + rest
        case .silent: lines = [Self.finding(address, "it did not answer in time", Self.isItSMPP), Self.untried] + rest
        }
    }

    private static let isItSMPP = "SMPP_PORT and SMPP_TLS: is it SMPP that is spoken there, with TLS or without?"
    private static let untried = CheckLine.unasked(.credentials, "no bind was tried")

    private static func finding(_ address: String, _ reason: String, _ remedy: String) -> CheckLine {
        .finding(.provider, "no bind at \(address): \(reason)", remedy: remedy)
    }

    private static func away(_ address: String, _ failure: ConnectFailure) -> CheckLine {
        switch failure.kind {
        case .certificate:
            finding(
                address, failure.description,
                "the certificate must be signed by an authority that this system trusts, for the name in SMPP_HOST")
        case .tls, .closed:
            finding(address, failure.description, "SMPP_TLS: is TLS spoken at SMPP_PORT? Many providers have a port for each")
        case .name, .proxyName, .refused, .timeout, .proxy, .local:
            finding(address, failure.description, "SMPP_HOST, SMPP_PORT, a firewall; many providers let known addresses in alone")
        }
    }

    private static func refused(_ refusal: BindRefusal, _ status: CommandStatus) -> CheckLine {
        switch refusal {
        case .credentials:
            // Some have one status for all that they refuse.
            let also = status == .bindFailed ? "; or the account has all its binds, or may not come from this address" : ""
            return .finding(
                .credentials, "the message centre refuses them: \(status)",
                remedy: "SMPP_SYSTEM_ID, SMPP_PASSWORD or its file, SMPP_SYSTEM_TYPE\(also)")
        case .tooManyBinds:
            return .finding(
                .credentials, "the account is bound as often as it may be: \(status)",
                remedy:
                    "where workers run, they have the binds, and nothing is wrong; each replica needs one, and one more for this question")
        case .other:
            return .finding(
                .credentials, "the message centre refuses the bind: \(status)",
                remedy: "the provider's support: may the account bind as a transmitter, from this address?")
        }
    }
}
