import Glibc
import Requests
import SMSPipeline
import Time

/// Names the seed where the worker's code ends the process: a precondition is a finding like any other.
enum CrashReport {
    /// Written by the one thread there is, read by its own signal handler.
    nonisolated(unsafe) private static var current: UInt64 = 0

    static func seed(_ seed: UInt64) { current = seed }

    static func install() {
        for number in [SIGILL, SIGTRAP, SIGSEGV, SIGABRT, SIGBUS] {
            signal(number) { number in
                CrashReport.tell()
                signal(number, SIG_DFL)
                raise(number)
            }
        }
    }

    private static func tell() {
        var bytes: [UInt8] = Array("\ncrashed at seed ".utf8)
        bytes.append(contentsOf: "\(current)\n".utf8)
        _ = write(2, bytes, bytes.count)
    }
}
