internal import Glibc
internal import Logging
internal import Requests
internal import SMSPipeline
internal import SMSWorker

extension Program {
    /// Runs what this process was started for, and ends it.
    static func runProcess() async -> Never {
        // A peer or a reader that goes away is an error of the write, and not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        let environment = ProcessEnvironment.current
        let program = Program(
            tree: .program, version: WorkerVersion.string, environment: environment.variables, unreadable: environment.unreadable,
            console: .standard)
        let status = await program.run(bytes: ProcessEnvironment.words)
        LoggingSystem.flush()
        exit(status.rawValue)
    }
}
