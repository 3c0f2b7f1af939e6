/// The four statuses of RocketSMS (API, STATUS), in the only direction in which they move.
package enum MessageStatus: UInt8, Comparable, Sendable, CaseIterable {
    case queued = 1
    case sent = 2
    case delivered = 3
    case failed = 4

    package init?(name: some StringProtocol) {
        switch name {
        case "QUEUED": self = .queued
        case "SENT": self = .sent
        case "DELIVERED": self = .delivered
        case "FAILED": self = .failed
        default: return nil
        }
    }

    package var name: StaticString {
        switch self {
        case .queued: "QUEUED"
        case .sent: "SENT"
        case .delivered: "DELIVERED"
        case .failed: "FAILED"
        }
    }

    package var isFinal: Bool { self >= .delivered }

    package static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}
