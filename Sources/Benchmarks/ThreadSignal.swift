internal import Glibc

/// Something that happens once, and that a thread waits for.
///
/// `@unchecked Sendable`: a semaphore is made for several threads; it lives as long as this object.
final class ThreadSignal: @unchecked Sendable {
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init() { sem_init(semaphore, 0, 0) }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    func fire() { sem_post(semaphore) }

    func wait() { while sem_wait(semaphore) != 0 {} }
}
