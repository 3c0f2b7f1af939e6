import EventLoop
import Glibc
import Synchronization
import TestSupport
import Testing
import Time

@Suite(.timeLimit(.minutes(1))) struct ExecutorTests {
    @Test func anActorsCodeRunsOnTheLoopsThread() async throws {
        try await withLoop { loop in
            let owner = LoopActor(loop)
            let id = try await loop.run { pthread_self() }
            for _ in 0..<100 {
                let thread = await owner.thread()
                #expect(thread.isOnLoop && thread.id == id)
            }
            let thread = await owner.threadAfterAHop()
            #expect(thread.isOnLoop && thread.id == id)
            #expect(!loop.isOnLoop)
        }
    }

    @Test func anActorsCallsNeverOverlap() async throws {
        try await withLoop { loop in
            let owner = LoopActor(loop)
            await withTaskGroup { group in
                for number in 0..<1_000 { group.addTask { await owner.add(number) } }
            }
            #expect(await owner.entries.sorted() == Array(0..<1_000))
            #expect(await owner.overlaps == 0)
        }
    }

    /// Handlers of timers, descriptors and mail enter the actor without an await.
    @Test func whatTheLoopCallsMayEnterTheActor() async throws {
        let pair = SocketPair()
        defer { pair.close() }
        let done = TestSignal()
        try await withLoop { loop in
            let owner = LoopActor(loop)
            try await loop.run {
                loop.execute { owner.assumeIsolated { $0.add(1) } }
                loop.schedule(after: .zero) { owner.assumeIsolated { $0.add(2) } }
                loop.schedule(after: .milliseconds(5)) { done.fire() }
                _ = try loop.register(fd: pair.ours) { _ in owner.assumeIsolated { $0.add(3) } }
            }
            await done.wait()
            #expect(await Set(owner.entries) == [1, 2, 3])
        }
    }

    /// One mailbox: a job of the actor and a body, posted by one thread in turn, run in turn.
    @Test func jobsAndBodiesKeepTheirOrder() async throws {
        let journal = Journal<Int>()
        let isHeld = TestSignal()
        let release = HeldThread()
        try await withLoop { loop in
            let owner = LoopActor(loop)
            loop.execute {
                isHeld.fire()
                release.wait()
            }
            await isHeld.wait()
            for number in 0..<50 {
                loop.execute { journal.add(2 * number) }
                // Enqueued at once: the task begins on the actor.
                Task { @Sendable [number] in await Self.note(owner, journal, 2 * number + 1) }
            }
            release.release()
            while journal.entries.count < 100 { try await loop.run {} }
        }
        #expect(journal.entries.filter { $0.isMultiple(of: 2) } == (0..<50).map { 2 * $0 })
        #expect(Set(journal.entries) == Set(0..<100))
    }

    private static func note(_ owner: isolated LoopActor, _ journal: Journal<Int>, _ number: Int) {
        owner.loop.preconditionOnLoop()
        journal.add(number)
    }

    #if compiler(>=6.2)
        @Test func whoeverCallsFromAnotherThreadIsStopped() async {
            await #expect(processExitsWith: .failure) {
                let loop = try EventLoop(name: "test")
                loop.schedule(after: .zero) {}
            }
            await #expect(processExitsWith: .failure) {
                let owner = LoopActor(try EventLoop(name: "test"))
                Self.enter(owner)
            }
        }

        private static func enter(_ owner: LoopActor) { owner.assumeIsolated { $0.add(1) } }
    #endif
}
