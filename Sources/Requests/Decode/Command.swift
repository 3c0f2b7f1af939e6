/// An order about a request that was read before, from the same partition.
package struct Command: Equatable, Sendable {
    package enum Action: Equatable, Sendable {
        /// Only while the request waits.
        case cancel
        /// Only a held request.
        case resolve(Resolution)
        /// Only a closed request: its id leaves the ledger, and is none that repeats any more.
        case forget
    }

    /// What an operator knows, or decides, about a message whose outcome is unknown.
    package enum Resolution: Equatable, Sendable {
        /// It went out; with the provider's ids it is tracked. Of a message in parts those of its unknown parts: in their order, or as `N=ID`.
        case sent(messageIDs: [String])
        case resend
        case failed
    }

    /// The request's id, UTF-8.
    package let id: [UInt8]
    package let action: Action

    package init(id: [UInt8], action: Action) {
        self.id = id
        self.action = action
    }
}
