/// How a session ended, and what that means for the parts that were under way.
package struct Ending: Equatable, Sendable {
    package enum Reason: Equatable, Sendable, CustomStringConvertible {
        /// We left.
        case unbound
        case peerUnbound
        /// The peer does not take submissions on this session any more.
        case rebind(CommandStatus)
        case bindRefused(CommandStatus)
        /// No answer to the bind.
        case bindTimeout
        /// The stream ended or broke.
        case connectionLost
        /// Not even an answer to an enquire_link.
        case silent
        /// What we write is not taken.
        case blocked
        case framing(FramingFault)
        /// A generic_nack that answers nothing.
        case nack(CommandStatus)

        package var description: String {
            switch self {
            case .unbound: "we have left"
            case .peerUnbound: "the message centre has unbound"
            case .rebind(let status): "the message centre takes no submission on this bind: \(status)"
            case .bindRefused(let status): "the bind was refused: \(status)"
            case .bindTimeout: "the bind was not answered in time"
            case .connectionLost: "the connection was closed or broke"
            case .silent: "the message centre is silent: no answer to an enquire_link in time"
            case .blocked: "the message centre does not take what is written to it"
            case .framing(let fault): "what came is no SMPP: \(fault)"
            case .nack(let status): "the message centre could not read what it was sent: \(status)"
            }
        }
    }

    package let reason: Reason
    /// Parts whose last octet was not handed over: the peer cannot have them.
    package let notSent: [UInt64]
    /// Parts that are out and not answered. Those that were told as unanswered before are not among them.
    package let unknown: [UInt64]
}
