package import Requests

/// A provider's side that takes a message part by part (SMPP), and pushes receipts instead of answering polls.
///
/// Lives on the loop; each part is answered by `GatewayEvent.part`, exactly once a tag, and one that was told as unknown by `latePart` after
/// that, exactly once too.
package protocol PartGateway: AnyObject {
    /// Before the first intent; no other question is asked of a message that has its `Submission`.
    func plan(_ message: Message, offset: Int64) -> PartPlanning
    /// The form in which ids are compared, of one out of a response.
    func receiptID(_ id: String) -> RequestHash
    /// Submits one part. `mayBegin` is asked just before it is offered to the socket.
    func submit(part: Int, of submission: Submission, _ message: Message, expiresAt: Int64?, isPriority: Bool, tag: UInt64)
}

package enum PartPlanning: Equatable, Sendable {
    case parts(SubmissionPlan)
    /// In harmless words.
    case impossible(String)
}

/// Whether parts can be submitted now.
package enum DoorState: Equatable, Sendable {
    case open
    /// It comes back by itself. Harmless words.
    case shut(String)
    /// The account is bound as often as it may be (P19 of the protocol: other replicas may have the binds).
    case tooManyBinds
    /// The provider does not know this account, or not with this password.
    case badCredentials(code: String)
}
