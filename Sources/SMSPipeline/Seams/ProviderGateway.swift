package import Requests

/// The seam to the SMS provider: Send and Track know this, not HTTP.
///
/// Lives on the loop; every call answers later, on the loop, through `receive`, exactly once a tag.
package protocol ProviderGateway: AnyObject {
    /// Asked just before the first byte of a submission leaves, perhaps more than once; false makes its outcome `notBegun`.
    var mayBegin: (_ tag: UInt64) -> Bool { get set }
    var receive: (GatewayEvent) -> Void { get set }
    /// Submits one message. `sendAt`: milliseconds since 1970, nil for now. `trace`: a `traceparent` that goes with it.
    func submit(_ message: Message, sendAt: Int64?, isPriority: Bool, trace: [UInt8]?, tag: UInt64)
    /// Whether statuses must be asked for.
    var mustPoll: Bool { get }
    /// Where messages go out part by part; nil: whole, by `submit`.
    var parts: (any PartGateway)? { get }
    func poll(messageID: String, tag: UInt64)
    /// Asks for the account's credits.
    func askBalance()
    /// Asks for the account's senders.
    func askSenders()
    /// Asks for the account's templates.
    func askTemplates()
    /// Ends all exchanges; what was under way is answered first.
    func close()
}

extension ProviderGateway {
    package var parts: (any PartGateway)? { nil }
}
