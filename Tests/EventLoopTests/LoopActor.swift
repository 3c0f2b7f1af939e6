import EventLoop
import Glibc

/// An actor that lives on a loop, as the pipeline does.
actor LoopActor {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private(set) var entries: [Int] = []
    private var isInside = false
    private(set) var overlaps = 0

    init(_ loop: EventLoop) { self.loop = loop }

    func add(_ entry: Int) {
        if isInside || !loop.isOnLoop { overlaps += 1 }
        isInside = true
        entries.append(entry)
        isInside = false
    }

    func thread() -> (isOnLoop: Bool, id: pthread_t) { (loop.isOnLoop, pthread_self()) }

    /// Away to another executor and back.
    func threadAfterAHop() async -> (isOnLoop: Bool, id: pthread_t) {
        await Task.detached { await Task.yield() }.value
        return thread()
    }
}
