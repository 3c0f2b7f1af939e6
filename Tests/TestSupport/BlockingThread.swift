internal import EventLoop

/// Runs what blocks on a thread of its own: tests share a pool of two threads, and one that blocks there starves the others. It stays the
/// test's task, so that a failed expectation carries the test's name.
package func onThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    let executor = ThreadExecutor(thread: try WorkThread(name: "test"))
    defer { executor.thread.abandon() }
    return try await withTaskExecutorPreference(executor) { try body() }
}

private final class ThreadExecutor: TaskExecutor {
    let thread: WorkThread

    init(thread: WorkThread) { self.thread = thread }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        thread.submit { [self] in job.runSynchronously(on: asUnownedTaskExecutor()) }
    }
}
