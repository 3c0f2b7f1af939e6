internal import EventLoop
internal import SMPP
internal import Time

/// A receipt, or a message of a phone, on its way to the client.
struct CentreDelivery {
    let message: ShortMessage
    /// The link that submitted what it is about.
    let submitter: Int
    /// Chooses a bind.
    let dice: UInt64
    /// From then on it is kept for so long.
    let since: WallTime
    /// Goes out as soon as this has: the order that some peers have.
    var response: CentreResponse?
}

/// An answer to a submit_sm.
struct CentreResponse {
    enum End: Equatable { case stays, cutWithin, unbind }

    let link: Int
    let pdu: PDU
    /// What happens to the link by it.
    var end = End.stays
    /// For releases.
    var phone: [UInt8] = []
}
