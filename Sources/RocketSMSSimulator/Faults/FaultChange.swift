/// What one control request changes about faults; done in the order of the properties.
package struct FaultChange: Sendable, Equatable {
    package enum Part: String, CaseIterable, Sendable {
        case rules, probabilities, fates, outage
        /// Releases all that is held, with its answers.
        case held
    }

    /// Set back to nothing.
    package var clear: Set<Part> = []
    /// Begins the sequence of chances anew.
    package var seed: UInt64?
    /// Replaces those of the same kinds, at `endpoint`, or everywhere.
    package var probabilities: [FaultKind: Double] = [:]
    package var endpoint: Endpoint?
    /// Added behind those that are there.
    package var rules: [FaultRule] = []
    /// Added before those that are there: the newest rule that matches decides. They hold for messages accepted from now on.
    package var fates: [FateRule] = []
    /// Of the message centre; its rules go with `clear` of rules.
    package var messageCentre = MessageCentreChange()
    package var release: FaultRelease?
    package var outage: Outage?
    /// The outage's end; nil: by another change.
    package var outageDuration: Duration?

    package init() {}

    package init(_ rules: FaultRule...) { self.rules = rules }

    package init(_ messageCentre: MessageCentreChange) { self.messageCentre = messageCentre }
}
