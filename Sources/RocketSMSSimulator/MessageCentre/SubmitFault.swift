/// What can go wrong with one submit_sm. Those before acceptance leave no message behind; after it, the part is sent whatever the client
/// gets to see.
package enum SubmitFault: String, CaseIterable, Sendable {
    // Before acceptance
    /// Answered with the rule's status.
    case status
    case cutBeforeAccept, silentBeforeAccept
    // After acceptance
    /// The link is closed without an answer.
    case cut
    /// The link is closed in the middle of the answer.
    case cutWithinAnswer
    /// Never answered; the link stays.
    case silent
    /// Answered when released.
    case hold
    /// Answered after the rule's delay; not at all where the link has gone by then.
    case late
    /// Answered; then the centre unbinds.
    case unbind

    var accepts: Bool {
        switch self {
        case .status, .cutBeforeAccept, .silentBeforeAccept: false
        case .cut, .cutWithinAnswer, .silent, .hold, .late, .unbind: true
        }
    }
}
