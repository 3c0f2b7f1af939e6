/// A status as the provider gave it. The list is open: an unfamiliar string is passed on, never an error.
package enum ReceivedStatus: Equatable, Sendable {
    case known(MessageStatus)
    case other(String)

    /// The four are known in any letter case.
    package init(_ string: String) {
        self = MessageStatus(name: string.uppercased()).map(ReceivedStatus.known) ?? .other(string)
    }
}
