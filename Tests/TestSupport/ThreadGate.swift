internal import Glibc

/// A gate for scripts, which run on threads of their own and may block: each `open` lets one `pass` through.
///
/// `@unchecked Sendable`: a semaphore is made for several threads; it lives as long as this object.
package final class ThreadGate: @unchecked Sendable {
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    package init() { sem_init(semaphore, 0, 0) }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    package func open(times: Int = 1) { for _ in 0..<times { sem_post(semaphore) } }

    /// Blocks; never on the pool that runs the tests.
    package func pass() { while sem_wait(semaphore) != 0 {} }
}
