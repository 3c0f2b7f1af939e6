internal import Glibc
internal import Synchronization

/// A named thread for calls that block (a commit, a connect, a restore): work goes in by `submit`, one item at a time, in order.
/// Results go back with `EventLoop.execute`.
package final class WorkThread: Sendable {
    private struct State {
        var work: [@Sendable () -> Void] = []
        var isStopping = false
    }

    /// A pthread condition needs a stable address; both live as long as this object and are used by its methods only.
    private final class Gate: @unchecked Sendable {
        let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
        let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
        var state = State()

        init() {
            pthread_mutex_init(mutex, nil)
            pthread_cond_init(condition, nil)
        }

        deinit {
            pthread_cond_destroy(condition)
            pthread_mutex_destroy(mutex)
            condition.deallocate()
            mutex.deallocate()
        }

        func run() {
            while true {
                pthread_mutex_lock(mutex)
                while state.work.isEmpty && !state.isStopping { pthread_cond_wait(condition, mutex) }
                let work = state.work
                state.work = []
                pthread_mutex_unlock(mutex)
                if work.isEmpty { return }
                for item in work { item() }
            }
        }

        func change(_ body: (inout State) -> Void) {
            pthread_mutex_lock(mutex)
            body(&state)
            pthread_cond_signal(condition)
            pthread_mutex_unlock(mutex)
        }
    }

    private let gate: Gate
    private let thread: Mutex<pthread_t?>

    /// - Throws: `EventLoopError` when the system gives no thread.
    package init(name: String) throws(EventLoopError) {
        let gate = Gate()
        self.gate = gate
        guard let id = NamedThread.start(name: name, { gate.run() }) else { throw EventLoopError(call: "pthread_create", errno: EAGAIN) }
        thread = Mutex(id)
    }

    /// Queues `work`. The caller bounds how much it queues.
    package func submit(_ work: @escaping @Sendable () -> Void) {
        gate.change { $0.work.append(work) }
    }

    /// Ends the thread after the work that is queued; returns when it has ended.
    package func stop() {
        gate.change { $0.isStopping = true }
        if let id = thread.withLock({ thread in
            let id = thread
            thread = nil
            return id
        }) {
            pthread_join(id, nil)
        }
    }

    /// Queues the last work of this thread and lets it end by itself.
    package func finish(_ last: @escaping @Sendable () -> Void) {
        gate.change { state in
            state.work.append(last)
            state.isStopping = true
        }
        if let id = thread.withLock({ thread in
            let id = thread
            thread = nil
            return id
        }) {
            pthread_detach(id)
        }
    }

    /// Ends the thread after the work that is queued, and does not wait: for a thread that may be stuck in a call.
    package func abandon() {
        gate.change { $0.isStopping = true }
        if let id = thread.withLock({ thread in
            let id = thread
            thread = nil
            return id
        }) {
            pthread_detach(id)
        }
    }
}
