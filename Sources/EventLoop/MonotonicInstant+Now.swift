internal import CLinux
package import Time

/// The only clocks: what decides takes time as a parameter.
extension MonotonicInstant {
    package static var now: MonotonicInstant { MonotonicInstant(nanoseconds: rs_boottime_nanoseconds()) }
}

extension WallTime {
    package static var now: WallTime { WallTime(milliseconds: rs_realtime_nanoseconds() / 1_000_000) }
}
