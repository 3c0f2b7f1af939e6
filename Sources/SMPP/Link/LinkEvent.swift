package import Connect

package enum LinkEvent: Equatable, Sendable {
    case session(SessionEvent)
    /// The part cannot be written as SMPP, and was not.
    case invalid(token: UInt64, PDUEncodingError)
    /// There is no session. Another connection is tried after this.
    case waiting(Duration, why: Failure)
    /// There is no session, as was asked for.
    case left

    package enum Failure: Equatable, Sendable, CustomStringConvertible {
        case connect(ConnectFailure)
        case refused(BindRefusal, CommandStatus)
        case ended(Ending.Reason)

        package var description: String {
            switch self {
            case .connect(let failure): failure.description
            case .ended(let reason): reason.description
            case .refused(.credentials, let status): "the message centre does not take the credentials: \(status)"
            case .refused(.tooManyBinds, let status): "the account is bound as often as it may be: \(status)"
            case .refused(.other, let status): "the bind was refused: \(status)"
            }
        }
    }
}
