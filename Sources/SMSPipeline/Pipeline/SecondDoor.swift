internal import Requests

/// SMPP beside HTTP: whether parts can be submitted, and what is known of receipts. Over HTTP it is always open, and there are none.
struct SecondDoor: ~Copyable {
    /// What the provider says of parts, as all replicas read it.
    let log: (any ReceiptLog)?
    var desk: ReceiptDesk
    var state: DoorState

    init(_ settings: ReceiptSettings?, _ log: (any ReceiptLog)?) {
        self.log = log
        desk = ReceiptDesk(settings)
        state = settings == nil ? .open : .shut("not bound yet")
    }

    /// No attempt may begin.
    var isShut: Bool { state != .open || !desk.isReady }
}
