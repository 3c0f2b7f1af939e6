/// Decides when a secret that is looked at now and then is taken anew: when it differs from the one in use, and two looks in a row have seen the
/// same. A file that is being written, or two that belong together, are so never taken halfway.
package struct WatchedSecret<Value: Equatable & Sendable>: Sendable {
    /// What one look has found.
    package enum Look: Sendable {
        case found(Value)
        /// A sentence without the secret.
        case wrong(String)
    }

    package enum Step: Sendable {
        case nothing
        case take(Value)
        case complain(String)
    }

    package private(set) var inUse: Value
    private var candidate: Value?
    private var suspicion: String?
    private var complaint: String?

    package init(inUse: Value) { self.inUse = inUse }

    package mutating func saw(_ look: Look) -> Step {
        switch look {
        case .found(let value):
            suspicion = nil
            complaint = nil
            return found(value)
        case .wrong(let sentence):
            candidate = nil
            defer { suspicion = sentence }
            // Said once, and only of what stays so.
            guard suspicion == sentence, complaint != sentence else { return .nothing }
            complaint = sentence
            return .complain(sentence)
        }
    }

    private mutating func found(_ value: Value) -> Step {
        guard value != inUse else {
            candidate = nil
            return .nothing
        }
        guard value == candidate else {
            candidate = value
            return .nothing
        }
        candidate = nil
        inUse = value
        return .take(value)
    }
}
