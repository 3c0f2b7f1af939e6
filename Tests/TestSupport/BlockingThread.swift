internal import EventLoop

/// Runs what blocks on a thread of its own: tests share a pool of two threads, and one that blocks there starves the others.
package func onThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    let thread = try WorkThread(name: "test")
    defer { thread.abandon() }
    return try await withCheckedThrowingContinuation { continuation in
        thread.submit { continuation.resume(with: Swift.Result { try body() }) }
    }
}
