/// Who uses a link. Called on the loop.
package protocol LinkOwner: AnyObject {
    /// Asked whenever a part can be offered to the socket at once: this is the last look at whether it still may be sent, and nothing waits
    /// behind it. Nil: there is none now; `Link.wake` asks again. Must call nothing of the link.
    func nextPart(for link: Link) -> Part?

    func link(_ link: Link, _ event: LinkEvent)
}

/// One submission.
package struct Part: Equatable, Sendable {
    /// Its user's, given back with what becomes of it.
    package var token: UInt64
    package var message: ShortMessage

    package init(token: UInt64, _ message: ShortMessage) {
        self.token = token
        self.message = message
    }
}
