/// A failure of the whole API. Control requests go on, but for `refuse`.
package enum Outage: String, CaseIterable, Sendable {
    case off
    /// Connects are refused by the kernel, all connections are closed: control requests too, so it needs an end by time, or one from
    /// within the process.
    case refuse
    /// Every request's connection is closed without an answer.
    case close
    /// Every request's connection is reset.
    case reset
    /// Every request gets HTTP 503, without Retry-After.
    case unavailable
    /// No request gets an answer.
    case hang
}
