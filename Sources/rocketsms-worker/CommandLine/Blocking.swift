internal import EventLoop
internal import Requests
internal import SMSPipeline

/// Calls that block, away from the pool that `async` functions share.
enum Blocking {
    /// Runs `body` on a thread of its own and waits for it.
    static func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        let thread = try WorkThread(name: "command")
        return try await withCheckedThrowingContinuation { continuation in
            thread.finish { continuation.resume(with: Swift.Result { try body() }) }
        }
    }
}
