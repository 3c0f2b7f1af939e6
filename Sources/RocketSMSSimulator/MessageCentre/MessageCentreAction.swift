package import SMPP

/// What the owner of the connections is to do.
package enum MessageCentreAction: Equatable, Sendable {
    case write(PDU, on: Int)
    /// Half of it, then the connection is closed.
    case cut(PDU, on: Int)
    case close(Int)

    package var link: Int {
        switch self {
        case .write(_, let link), .cut(_, let link), .close(let link): link
        }
    }
}
