import EventLoop

@testable import RocketSMS

/// Sends that were begun together, and their outcomes in the order in which they end.
struct RunningSends: Sendable {
    private let count: Int
    private let stream: AsyncStream<SendOutcome>

    init(count: Int, stream: AsyncStream<SendOutcome>) {
        self.count = count
        self.stream = stream
    }

    func all() async -> [SendOutcome] { await next(count) }

    /// The next `count` outcomes.
    func next(_ count: Int) async -> [SendOutcome] {
        var outcomes: [SendOutcome] = []
        for await outcome in stream.prefix(count) { outcomes.append(outcome) }
        return outcomes
    }
}

extension ClientFixture {
    /// Begins `count` sends at once.
    func sends(_ count: Int) -> RunningSends {
        let (stream, continuation) = AsyncStream.makeStream(of: SendOutcome.self)
        for _ in 0..<count {
            Task { continuation.yield(await send()) }
        }
        return RunningSends(count: count, stream: stream)
    }
}
