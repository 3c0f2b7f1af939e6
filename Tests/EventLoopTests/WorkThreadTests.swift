import EventLoop
import Glibc
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct WorkThreadTests {
    @Test func doesItsWorkInOrderOnOneThread() async throws {
        struct Entry: Sendable { let number: Int, thread: pthread_t }
        let journal = Journal<Entry>()
        let thread = try WorkThread(name: "work")
        for number in 0..<1_000 { thread.submit { journal.add(Entry(number: number, thread: pthread_self())) } }
        thread.stop()
        #expect(journal.entries.map(\.number) == Array(0..<1_000))
        #expect(Set(journal.entries.map(\.thread)).count == 1)
    }

    @Test func hasItsName() async throws {
        let thread = try WorkThread(name: "committer")
        let name = Mutex("")
        thread.submit {
            name.withLock { $0 = kernelFile("/proc/thread-self/comm") }
        }
        thread.stop()
        #expect(name.withLock { $0 } == "committer\n")
    }

    /// `stop` waits; `finish` does the queued work and one item more; `abandon` waits for nothing, and the queued work is done all the same.
    @Test func endsAfterTheQueuedWork() async throws {
        let release = HeldThread()
        let isDone = TestSignal()
        let isLast = TestSignal()
        let finishing = try WorkThread(name: "work")
        let abandoned = try WorkThread(name: "work")
        finishing.submit { release.wait() }
        finishing.finish { isLast.fire() }
        abandoned.submit { release.wait() }
        abandoned.submit { isDone.fire() }
        abandoned.abandon()
        #expect(!isLast.isFired && !isDone.isFired)
        release.release()
        release.release()
        await isLast.wait()
        await isDone.wait()
    }

    @Test func answersThroughTheLoop() async throws {
        let thread = try WorkThread(name: "work")
        try await withLoop { loop in
            let isOnLoop = await withCheckedContinuation { continuation in
                thread.submit { loop.execute { continuation.resume(returning: loop.isOnLoop) } }
            }
            #expect(isOnLoop)
        }
        thread.stop()
    }
}
