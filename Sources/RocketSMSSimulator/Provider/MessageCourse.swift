internal import EventLoop
internal import Time

/// What becomes of a message: QUEUED, SENT, then one of DELIVERED, FAILED or nothing more. A function of time, so that nothing needs
/// to happen in between.
struct MessageCourse {
    enum Fate: Equatable {
        case delivered
        case failed
        /// SENT for ever.
        case stuck
        /// Named by a fate rule.
        case named(String)
    }

    /// When it leaves the queue.
    let sentAt: WallTime
    /// When it has its final status.
    let endsAt: WallTime
    let fate: Fate

    /// - Parameters:
    ///   - dice: 64 random bits of this message, always the same ones.
    ///   - rule: overrides fate and delivery delay.
    init(
        acceptedAt: WallTime, timestamp: WallTime?, isPriority: Bool, dice: UInt64, rule: FateRule?, switches: SimulatorSwitches
    ) {
        // A time beyond the year 100,000 is as good as any other; without a bound the delays would run over.
        let latest = WallTime(milliseconds: 3_000_000_000_000_000)
        let due = timestamp.map { min(max($0, acceptedAt), latest) } ?? acceptedAt
        sentAt = due + (isPriority ? .zero : switches.queueDelay)
        let jitter = Double(dice & 0xFFFF_FFFF) / Double(UInt64(1) << 32) * Double(switches.deliveryJitter.milliseconds)
        endsAt = sentAt + (rule?.delay ?? switches.deliveryDelay + .milliseconds(Int64(jitter)))
        if let rule {
            switch rule.final {
            case "DELIVERED": fate = .delivered
            case "FAILED": fate = .failed
            case "SENT": fate = .stuck
            default: fate = .named(rule.final)
            }
            return
        }
        let share = Double(dice >> 32) / Double(UInt64(1) << 32)
        if share < switches.failedShare {
            fate = .failed
        } else {
            fate = share < switches.failedShare + switches.stuckShare ? .stuck : .delivered
        }
    }

    func status(at now: WallTime, switches: SimulatorSwitches) -> String {
        if now < sentAt { return "QUEUED" }
        if now < endsAt { return "SENT" }
        switch fate {
        case .delivered: return "DELIVERED"
        case .failed: return switches.failedAs
        case .stuck: return "SENT"
        case .named(let status): return status
        }
    }
}
