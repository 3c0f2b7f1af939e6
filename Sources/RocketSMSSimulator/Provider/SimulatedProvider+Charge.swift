internal import EventLoop
internal import Time

extension SimulatedProvider {
    /// Whether a message of so many parts is taken.
    func affords(_ parts: Int) -> Bool { credits >= parts || switches.noCredits == .accept }

    /// Takes the credits of an accepted message, or notes when they go, by the switches as they are now.
    mutating func charge(_ sequence: Int) {
        let entry = log[sequence]
        let parts = Int(entry.parts)
        guard switches.chargeAt != .accept else {
            credits -= parts
            return
        }
        let course = course(sequence, entry)
        if switches.chargeAt == .sent {
            charges.add(parts, due: course.sentAt)
        } else if course.fate == .delivered {
            charges.add(parts, due: course.endsAt)
        }
        settleCharges(at: entry.acceptedAt)
    }

    mutating func settleCharges(at now: WallTime) { credits -= charges.take(at: now) }
}
