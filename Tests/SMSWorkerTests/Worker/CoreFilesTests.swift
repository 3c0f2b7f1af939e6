import Glibc
import Testing

@testable import SMSWorker

@Suite struct CoreFilesTests {
    /// Of this process, the tests' own.
    @Test func aProcessThatHoldsTextsLeavesNoCoreFile() {
        CoreFiles.forbid()
        var limits = rlimit(rlim_cur: 1, rlim_max: 1)
        #expect(getrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limits) == 0 && limits.rlim_cur == 0)
    }
}
