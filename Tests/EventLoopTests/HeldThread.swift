import Glibc

/// Holds a thread until another lets it go: what keeps a loop in a turn while a test fills its mailbox.
///
/// `@unchecked Sendable`: a semaphore of the C library, which lives as long as this object.
final class HeldThread: @unchecked Sendable {
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init() { sem_init(semaphore, 0, 0) }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    func wait() { while sem_wait(semaphore) != 0 {} }

    func release() { sem_post(semaphore) }
}
