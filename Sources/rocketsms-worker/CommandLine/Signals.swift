internal import Dispatch
internal import Glibc
internal import Requests
internal import SMSPipeline
internal import Synchronization

/// SIGTERM and SIGINT as calls. The second one ends the process at once.
final class Signals {
    private let sources: [any DispatchSourceSignal]

    /// - Parameter stop: called once, on a thread of Dispatch.
    init(_ stop: @escaping @Sendable () -> Void) {
        let once = SignalCount()
        sources = [SIGTERM, SIGINT].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { @Sendable in
                if once.isFirst() { stop() } else { _exit(128 + number) }
            }
            source.resume()
            return source
        }
    }

    /// Waits for the first signal.
    static func wait() async {
        let stream = AsyncStream<Void>.makeStream()
        let signals = Signals { stream.continuation.finish() }
        for await _ in stream.stream {}
        withExtendedLifetime(signals) {}
    }
}

/// Tells the first call from later ones.
final class SignalCount: Sendable {
    private let isTaken = Atomic<Bool>(false)

    func isFirst() -> Bool { !isTaken.exchange(true, ordering: .relaxed) }
}

/// Set once, by a signal; asked by a thread that works on.
final class StopFlag: Sendable {
    private let isStopped = Atomic<Bool>(false)

    var isSet: Bool { isStopped.load(ordering: .relaxed) }

    func set() { isStopped.store(true, ordering: .relaxed) }
}
