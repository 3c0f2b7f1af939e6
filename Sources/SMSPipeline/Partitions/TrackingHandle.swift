internal import Requests

/// Names one tracked message of one `TrackingTable`: its place and the generation of that place, so that a handle that outlives its
/// message (a late answer to a poll, a receipt) finds nothing instead of a successor.
package struct TrackingHandle: Hashable, Sendable {
    /// Place in the lower, generation in the upper 32 bits: fits an opaque of a C library.
    package let rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }

    package init(slot: UInt32, generation: UInt32) { rawValue = UInt64(generation) << 32 | UInt64(slot) }

    package var slot: Int { Int(UInt32(truncatingIfNeeded: rawValue)) }
    package var generation: UInt32 { UInt32(rawValue >> 32) }
}
