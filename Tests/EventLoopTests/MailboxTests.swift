import EventLoop
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct MailboxTests {
    @Test func keepsTheOrderOfEachThread() async throws {
        struct Entry: Sendable { let thread: Int, number: Int }
        let journal = Journal<Entry>()
        let threads = try (0..<4).map { try WorkThread(name: "poster-\($0)") }
        try await withLoop { loop in
            for (index, thread) in threads.enumerated() {
                thread.submit { for number in 0..<5_000 { loop.execute { journal.add(Entry(thread: index, number: number)) } } }
            }
            for thread in threads { thread.stop() }
            try await loop.run {}
        }
        for index in threads.indices {
            #expect(journal.entries.filter { $0.thread == index }.map(\.number) == Array(0..<5_000))
        }
    }

    /// An idle loop, asleep without a timer, hears of every single body.
    @Test func wakesAnIdleLoopEachTime() async throws {
        try await withLoop { loop in
            for _ in 0..<2_000 { try await loop.run {} }
        }
    }

    @Test func manyPostsCostOneWakeUpAndOneTurn() async throws {
        let turns = Atomic(0)
        let turnsOfBodies = Journal<Int>()
        let poster = try WorkThread(name: "poster")
        let isHeld = TestSignal()
        let arePosted = HeldThread()
        let writes = Mutex(0)
        try await withLoop { loop in
            loop.execute {
                loop.atTurnEnd { turns.add(1, ordering: .relaxed) }
                isHeld.fire()
                arePosted.wait()
            }
            await isHeld.wait()
            poster.submit {
                let before = writeCalls()
                for _ in 0..<10_000 { loop.execute { turnsOfBodies.add(turns.load(ordering: .relaxed)) } }
                writes.withLock { $0 = writeCalls() - before }
                arePosted.release()
            }
            poster.stop()
            try await loop.run {}
        }
        // All of them in the turn after the one that was held.
        #expect(turnsOfBodies.entries == Array(repeating: 1, count: 10_000))
        #expect(writes.withLock { $0 } <= 1)
    }

    /// Each body comes from a thread of its own while the loop falls asleep and wakes: no wake-up may be lost.
    @Test func noWakeUpIsLostWhileTheLoopFallsAsleep() async throws {
        let left = Atomic(20_000)
        let done = TestSignal()
        let threads = try (0..<2).map { try WorkThread(name: "poster-\($0)") }
        try await withLoop { loop in
            for thread in threads {
                thread.submit {
                    for _ in 0..<10_000 {
                        loop.execute { if left.subtract(1, ordering: .relaxed).newValue == 0 { done.fire() } }
                        var spins = 0
                        while spins < 50 { spins += 1 }
                    }
                }
            }
            await done.wait()
            for thread in threads { thread.stop() }
        }
        #expect(left.load(ordering: .relaxed) == 0)
    }
}
