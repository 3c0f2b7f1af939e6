internal import Requests
internal import SMSPipeline
internal import Synchronization

/// Whoever answers first is heard; the others come too late.
final class FirstAnswer<Answer: Sendable>: Sendable {
    private let continuation: Mutex<CheckedContinuation<Answer?, Never>?>

    init(_ continuation: CheckedContinuation<Answer?, Never>) { self.continuation = Mutex(continuation) }

    func resume(_ answer: Answer?) { continuation.withLock { $0.take() }?.resume(returning: answer) }
}
