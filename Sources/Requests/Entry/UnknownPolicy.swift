/// What to do when nobody knows whether an attempt became an SMS.
package enum UnknownPolicy: UInt8, Equatable, Sendable, CaseIterable {
    /// Send again; every later event says `possibleDuplicate`.
    case resend = 1
    /// FAILED, `OUTCOME_UNKNOWN`; never a second SMS.
    case fail = 2
    /// Wait for an operator's `resolve`.
    case hold = 3

    package init?(name: some StringProtocol) {
        switch name {
        case "resend": self = .resend
        case "fail": self = .fail
        case "hold": self = .hold
        default: return nil
        }
    }

    package var name: String {
        switch self {
        case .resend: "resend"
        case .fail: "fail"
        case .hold: "hold"
        }
    }
}
