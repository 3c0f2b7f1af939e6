/// Why a bind was refused, by what helps.
package enum BindRefusal: Equatable, Sendable {
    /// Name, password or type of the system are not the peer's: asking again helps nobody until somebody changes them.
    case credentials
    /// The account has as many binds as it may have. Usual for a minute after a link was lost, which the peer still takes for open.
    case tooManyBinds
    /// The peer says nothing of the account.
    case other

    /// - Parameter wasBoundLately: these credentials were good a moment ago, on a link that has ended without an unbind: of a peer that has
    ///   one status for all refusals (0x0D) that explains this one.
    package init(_ status: CommandStatus, wasBoundLately: Bool) {
        switch status {
        case .alreadyBound: self = .tooManyBinds
        case .bindFailed: self = wasBoundLately ? .tooManyBinds : .credentials
        case .invalidPassword, .invalidSystemID, .invalidSystemType: self = .credentials
        default: self = .other
        }
    }
}
