/// One "send this SMS" record that kept every rule of admission, in the parts that the ledger stores.
package struct SendRequest: Equatable, Sendable {
    /// Most characters (Unicode scalars) of an id that a producer gives.
    package static let idLimit = 128
    /// Most characters of a generated id: a topic of 249, partition, offset and timestamp (19 digits and a sign), three hyphens.
    package static let generatedIDLimit = 301
    /// Most bytes of a record key.
    package static let keyLimit = 4096
    /// Most characters (Unicode scalars, as JSON Schema counts) of a text or a template's tag.
    package static let textLimit = 2000
    /// Most characters (Unicode scalars) of a sender.
    package static let senderLimit = 11
    /// Most bytes of the metadata as compact JSON in UTF-8.
    package static let metadataLimit = 4096
    /// How far ahead a `sendAt` may lie, in milliseconds: a year, a leap year.
    package static let horizon: Int64 = 366 * RFC3339.millisecondsOfDay
    /// Most bytes of each trace header that is passed on.
    package static let traceLimit = 1024

    /// Id, record key, metadata and trace headers: what every event repeats.
    package let echo: Echo
    /// Phone, text or template, sender: what the provider is to send.
    package let message: Message
    /// The id is `<topic>-<partition>-<offset>-<timestamp>`, because the producer gave none.
    package let hasGeneratedID: Bool
    /// The API's priority, and the lane inside the worker.
    package let isPriority: Bool
    /// Milliseconds since 1970; nil: now.
    package let sendAt: Int64?
    /// Milliseconds since 1970, after `sendAt`; nil: no bound of its own.
    package let expiresAt: Int64?
    /// Nil: the worker's own policy.
    package let onUnknown: UnknownPolicy?

    package init(
        echo: Echo, message: Message, hasGeneratedID: Bool, isPriority: Bool, sendAt: Int64?, expiresAt: Int64?, onUnknown: UnknownPolicy?
    ) {
        self.echo = echo
        self.message = message
        self.hasGeneratedID = hasGeneratedID
        self.isPriority = isPriority
        self.sendAt = sendAt
        self.expiresAt = expiresAt
        self.onUnknown = onUnknown
    }
}
