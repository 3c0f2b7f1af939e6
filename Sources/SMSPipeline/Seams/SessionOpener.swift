internal import Requests
package import Time

/// Makes a new session on Kafka's side, elsewhere: `Pipeline.opened` gets the answer. One opening at a time.
package protocol SessionOpener: AnyObject {
    func open()
    /// Whether the opening under way hangs: it has been in one blocking call for three times its timeout.
    func isOverdue(at now: MonotonicInstant) -> Bool
    /// Leaves the opening under way behind, with its thread and its handles: nothing that it makes later is used.
    func abandon()
}
