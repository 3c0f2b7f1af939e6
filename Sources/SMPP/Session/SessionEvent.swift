/// What a session tells its user.
///
/// Of each part that was submitted exactly one of these is told: `answered`, `unanswered`, or its place in an `Ending`. After `unanswered`
/// there comes an `answered` that is late, or `givenUp`, or the session's end.
package enum SessionEvent: Equatable, Sendable {
    case bound(BindResponse)
    /// - isLate: the part was told as unanswered before.
    case answered(token: UInt64, PartAnswer, isLate: Bool)
    /// No answer in time: nobody can say whether the peer has it. Its place in the window stays taken until it is answered after all, or as
    /// much time again has gone by.
    case unanswered(token: UInt64)
    /// As much time again has gone by: an answer that comes now is a stranger's.
    case givenUp(token: UInt64)
    /// A receipt or a message, to be answered with `Session.answer` when it is kept.
    case delivery(Delivery)
    case notice(Notice)
    /// The last event.
    case ended(Ending)

    /// What is counted, and changes nothing.
    package enum Notice: Equatable, Sendable {
        case malformed(CommandID, PDUFault)
        /// Answers nothing that is under way.
        case stray(CommandID)
        /// A request that a message centre does not make; it was told so.
        case unexpected(CommandID)
        /// More wait for an answer than may: not taken, not answered. The peer sends it again to another session, or when it has waited enough.
        case deliveryDropped
    }
}

package struct PartAnswer: Equatable, Sendable {
    package let status: CommandStatus
    package let verdict: SubmitVerdict
    /// Nil where the peer gave none.
    package let id: String?
}

/// A deliver_sm or data_sm of the peer.
package struct Delivery: Equatable, Sendable {
    /// What is needed to answer it, on the session where it came and on no other.
    package struct Handle: Hashable, Sendable {
        let session: UInt64
        let sequence: UInt32
        let isData: Bool
    }

    package enum Content: Equatable, Sendable {
        case message(ShortMessage)
        case data(DataMessage)
    }

    package let handle: Handle
    package let content: Content

    /// Nil where it is none.
    package var receipt: DeliveryReceipt? {
        switch content {
        case .message(let message): DeliveryReceipt(message)
        case .data(let message): DeliveryReceipt(message)
        }
    }
}
