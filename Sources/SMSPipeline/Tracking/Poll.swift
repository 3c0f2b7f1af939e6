internal import Requests

/// A status request under way.
package struct Poll {
    package let handle: TrackingHandle
    package let permit: CircuitBreaker.Permit

    package init(handle: TrackingHandle, permit: CircuitBreaker.Permit) {
        self.handle = handle
        self.permit = permit
    }
}
