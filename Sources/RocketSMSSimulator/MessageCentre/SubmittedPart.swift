internal import EventLoop
package import Time

/// One submit_sm that was accepted, as it came: one part of a message, one entry of the record of messages.
///
/// No part came twice where no two have the same destination, reference, total, number and octets.
package struct SubmittedPart: Sendable, Equatable {
    /// Of its message in the record.
    package let sequence: Int
    /// As the response has it; empty: none.
    package let messageID: String
    /// As its receipts have it.
    package let receiptID: String
    package let systemID: String
    /// Counts connections, from 1.
    package let link: Int
    /// The submit_sm's own number.
    package let commandSequence: UInt32
    /// By the provider's clock.
    package let acceptedAt: WallTime
    /// As it came; without a plus.
    package let source: String
    package let destination: String
    package let dataCoding: UInt8
    package let esmClass: UInt8
    package let registeredDelivery: UInt8
    package let content: PartContent
    /// What went wrong after its acceptance.
    package let fault: SubmitFault?
}
