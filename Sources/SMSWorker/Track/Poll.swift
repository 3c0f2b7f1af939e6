/// A status request under way.
struct Poll {
    let handle: TrackingHandle
    let permit: CircuitBreaker.Permit
}
