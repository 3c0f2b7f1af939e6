/// What a receipt says of a message (SMPP 3.4, 5.2.28; two more of 5.0).
package enum DeliveryState: UInt8, Equatable, Sendable, CaseIterable {
    case scheduled = 0
    case enroute = 1
    case delivered = 2
    case expired = 3
    case deleted = 4
    case undeliverable = 5
    /// The carrier has it; nothing says that a phone has.
    case accepted = 6
    /// The message centre does not know. It may know later.
    case unknown = 7
    case rejected = 8
    case skipped = 9

    /// What becomes of the message by it.
    package enum Progress: Equatable, Sendable { case queued, sent, delivered, failed }

    package var progress: Progress {
        switch self {
        case .scheduled: .queued
        case .enroute, .accepted, .unknown: .sent
        case .delivered: .delivered
        case .expired, .deleted, .undeliverable, .rejected, .skipped: .failed
        }
    }

    /// No other state follows.
    package var isFinal: Bool { progress == .delivered || progress == .failed }

    /// The word behind `stat:` in a receipt's text, in the spellings that were met (SMPP 3.4, appendix B, has seven letters at most).
    init?(text: String) {
        switch text.uppercased() {
        case "SCHEDULED": self = .scheduled
        case "ENROUTE", "ACKED", "BUFFRED", "BUFFERD", "BUFFERED": self = .enroute
        case "DELIVRD", "DELIVERED": self = .delivered
        case "EXPIRED": self = .expired
        case "DELETED": self = .deleted
        case "UNDELIV", "UNDELIVERABLE", "UNDELIVERED", "FAILED": self = .undeliverable
        case "ACCEPTD", "ACCEPTED": self = .accepted
        case "UNKNOWN": self = .unknown
        case "REJECTD", "REJECTED": self = .rejected
        case "SKIPPED": self = .skipped
        default: return nil
        }
    }
}
