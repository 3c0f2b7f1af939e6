/// What one control request changes about the message centre; a part of `FaultChange`.
package struct MessageCentreChange: Sendable, Equatable {
    /// Added behind those that are there.
    package var rules: [SubmitRule] = []
    /// The counters of message ids begin again.
    package var restartsIDs = false
    /// The centre unbinds from all links.
    package var unbinds = false
    /// All links are closed, each in the middle of a PDU.
    package var cuts = false

    package init() {}

    package init(_ rules: SubmitRule...) { self.rules = rules }
}
