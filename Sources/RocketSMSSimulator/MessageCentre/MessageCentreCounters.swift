/// What has happened at the message centre since the start.
package struct MessageCentreCounters: Sendable, Equatable {
    package var binds = 0
    package var refusedBinds = 0
    /// submit_sm of all kinds.
    package var submits = 0
    package var accepted = 0
    /// Answered with a status other than 0.
    package var refused = 0
    /// Of those, because the window was full.
    package var overWindow = 0
    /// deliver_sm written, those that came again among them.
    package var delivered = 0
    /// deliver_sm answered with status 0.
    package var kept = 0
    /// deliver_sm answered with another status.
    package var negative = 0
    /// Receipts and messages that are given up: too old, too many, or refused for good.
    package var discarded = 0
    /// Links closed because a deliver_sm was not answered in time.
    package var timeouts = 0
}
