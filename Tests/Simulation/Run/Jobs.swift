import Glibc
import Requests
import SMSPipeline
import Time

/// The same program in several processes, each with its part of the seeds; each tells what it found.
struct Jobs {
    private let arguments: Arguments

    init(_ arguments: Arguments) { self.arguments = arguments }

    func run() -> Bool {
        var children: [pid_t] = []
        for job in 0..<arguments.jobs {
            var words = [
                CommandLine.arguments[0], "--from", "\(arguments.from + UInt64(job))", "--step", "\(arguments.jobs)", "--jobs", "1",
            ]
            if let minutes = arguments.minutes { words += ["--minutes", "\(minutes)"] }
            if let seeds = arguments.seeds { words += ["--seeds", "\((seeds + arguments.jobs - 1 - job) / arguments.jobs)"] }
            if job > 0 { words.append("--quiet") }
            if arguments.isOverSMPP { words.append("--smpp") }
            var pointers = words.map { strdup($0) } + [nil]
            defer { for pointer in pointers { free(pointer) } }
            var child: pid_t = 0
            guard posix_spawn(&child, "/proc/self/exe", nil, nil, &pointers, environ) == 0 else { continue }
            children.append(child)
        }
        var isGood = children.count == arguments.jobs
        for child in children {
            var status: Int32 = 0
            waitpid(child, &status, 0)
            if status != 0 { isGood = false }
        }
        return isGood
    }
}
