internal import Requests

/// A status request under way.
package struct Poll {
    package let handle: TrackingHandle
    package let permit: Pace.Permit

    package init(handle: TrackingHandle, permit: Pace.Permit) {
        self.handle = handle
        self.permit = permit
    }
}
