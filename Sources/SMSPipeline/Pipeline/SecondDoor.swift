internal import Requests
internal import Time

/// SMPP beside HTTP: whether parts can be submitted, and what is known of receipts. Over HTTP it is always open, and there are none.
struct SecondDoor: ~Copyable {
    /// What the provider says of parts, as all replicas read it.
    let log: (any ReceiptLog)?
    var desk: ReceiptDesk
    /// Attempts whose next part waits for its turn.
    var line = PartLine()
    private(set) var state: DoorState
    private var since = MonotonicInstant(nanoseconds: 0)

    init(_ settings: ReceiptSettings?, _ log: (any ReceiptLog)?) {
        self.log = log
        desk = ReceiptDesk(settings)
        state = settings == nil ? .open : .shut("not bound yet")
    }

    mutating func become(_ state: DoorState, at now: MonotonicInstant) {
        self.state = state
        since = now
    }

    /// The binds are other replicas', and have been for so long that the partitions should be theirs too.
    func mustGiveBack(at now: MonotonicInstant) -> Bool { state == .tooManyBinds && now - since >= Self.patience }

    private static let patience = Duration.seconds(60)

    /// No attempt may begin.
    var isShut: Bool { state != .open || !desk.isReady }
}
