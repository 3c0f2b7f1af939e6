internal import Glibc

/// A core file would hold the phones and texts of open requests (docs/SECURITY.md). A handler that gets it through a pipe is told the limit
/// too, and systemd's goes by it.
enum CoreFiles {
    /// For as long as the process lives; a debugger can still write one.
    static func forbid() {
        var limits = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limits) == 0 else { return }
        limits.rlim_cur = 0
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limits)
    }
}
