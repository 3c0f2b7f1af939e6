internal import EventLoop
internal import Time

/// A request that waits for a connection or runs on one.
struct Exchange {
    let request: ProviderRequest
    let tag: UInt64
    /// For everything: the wait, the writing and the answer.
    let deadline: MonotonicInstant
}
