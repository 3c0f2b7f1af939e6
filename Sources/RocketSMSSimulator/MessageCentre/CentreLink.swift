internal import SMPP

/// One connection of a client, and what is under way on it.
struct CentreLink {
    enum Phase: Equatable {
        /// Nothing but a bind may come.
        case open
        case bound(Bind.Kind)
        /// The centre has unbound; the answer is awaited.
        case unbinding
    }

    var phase = Phase.open
    /// Counts binds: the oldest has the least.
    var bindNumber = 0
    var systemID = ""
    /// Submissions whose answer is not out.
    var unanswered = 0
    private var lastSequence: UInt32 = 0
    /// To be delivered here.
    var queue: ArraySlice<CentreDelivery> = []
    /// Delivered, and not answered, by the number of the deliver_sm.
    var underWay: [UInt32: CentreDelivery] = [:]

    var isBound: Bool { if case .bound = phase { true } else { false } }
    var submits: Bool { if case .bound(let kind) = phase { kind != .receiver } else { false } }
    var receives: Bool { if case .bound(let kind) = phase { kind != .transmitter } else { false } }

    /// All that is not answered, in the order in which it would have gone.
    var deliveries: [CentreDelivery] { underWay.sorted { $0.key < $1.key }.map(\.value) + queue }

    mutating func nextSequence() -> UInt32 {
        lastSequence = lastSequence == 0x7FFF_FFFF ? 1 : lastSequence + 1
        return lastSequence
    }
}
