internal import EventLoop
package import Time

/// One accepted message.
package struct SimulatedSend: Sendable, Equatable {
    /// From 1, without gaps, in the order of acceptance.
    package let sequence: Int
    package let id: Int64
    /// By the wall clock.
    package let receivedAt: WallTime
    /// By the provider's clock.
    package let acceptedAt: WallTime
    /// Digits.
    package let phone: String
    /// As in the request: a template's tag is not replaced.
    package let text: String
    /// As in the request; empty: none.
    package let sender: String
    /// The name it went out under: another one where that asked for is not approved.
    package let senderUsed: String
    /// Unix seconds.
    package let timestamp: Int64?
    package let isPriority: Bool
    package let isBulk: Bool
    /// A part that came by SMPP: the record of parts has more of it.
    package let isPart: Bool
    package let parts: Int
    /// At the time of asking.
    package let status: String
    /// What happened to its answer.
    package let fault: FaultKind?
}
