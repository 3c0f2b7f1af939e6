internal import EventLoop
internal import Time

/// The provider's time, by which messages are sent and delivered: the real one plus whatever it was advanced by, or one that only
/// advances when told to.
struct ProviderClock {
    private enum Source: Equatable {
        case real
        case manual(WallTime)
    }

    private var source = Source.real
    private var offset = Duration.zero

    func now(real: WallTime) -> WallTime {
        switch source {
        case .real: real + offset
        case .manual(let time): time + offset
        }
    }

    var isManual: Bool { source != .real }

    mutating func advance(by duration: Duration) { offset += duration }

    /// A clock that becomes manual stands still at its time; one that becomes real goes on from there, as fast as the real one.
    mutating func setManual(_ isManual: Bool, real: WallTime) {
        guard isManual != self.isManual else { return }
        let now = now(real: real)
        offset = isManual ? .zero : now - real
        source = isManual ? .manual(now) : .real
    }
}
