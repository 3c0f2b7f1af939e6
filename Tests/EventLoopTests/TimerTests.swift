import EventLoop
import TestSupport
import Testing
import Time

@Suite(.timeLimit(.minutes(1))) struct TimerTests {
    @Test func firesInTheOrderOfDeadlinesThenOfInsertion() async throws {
        let journal = Journal<String>()
        let done = TestSignal()
        try await withLoop { loop in
            loop.execute {
                let start = MonotonicInstant.now
                loop.schedule(at: start + .milliseconds(20)) { journal.add("20") }
                loop.schedule(at: start + .milliseconds(5)) { journal.add("5, first") }
                loop.schedule(at: start + .milliseconds(5)) { journal.add("5, second") }
                loop.schedule(at: start + .milliseconds(30)) { done.fire() }
                loop.schedule(at: start) { journal.add("0") }
            }
            await done.wait()
        }
        #expect(journal.entries == ["0", "5, first", "5, second", "20"])
    }

    @Test func neverFiresBeforeItsDeadline() async throws {
        let journal = Journal<Duration>()
        let done = TestSignal()
        try await withLoop { loop in
            loop.execute {
                for delay in [0, 1, 2, 3, 7, 15, 25] {
                    let deadline = MonotonicInstant.now + .milliseconds(delay)
                    loop.schedule(at: deadline) { journal.add(MonotonicInstant.now - deadline) }
                }
                loop.schedule(after: .milliseconds(30)) { done.fire() }
            }
            await done.wait()
        }
        #expect(journal.entries.count == 7)
        #expect(journal.entries.allSatisfy { $0 >= .zero })
    }

    @Test func aCancelledTimerNeverFires() async throws {
        let journal = Journal<String>()
        let done = TestSignal()
        try await withLoop { loop in
            loop.execute {
                let start = MonotonicInstant.now
                loop.cancel(loop.schedule(at: start) { journal.add("cancelled at once") })
                // Both are due in one turn: the first takes the second away, and cancelling itself, fired already, takes nothing.
                var ids: [TimerID] = []
                ids.append(
                    loop.schedule(at: start + .milliseconds(1)) {
                        journal.add("first")
                        for id in ids { loop.cancel(id) }
                    })
                ids.append(loop.schedule(at: start + .milliseconds(1)) { journal.add("cancelled by the first") })
                loop.schedule(at: start + .milliseconds(2)) {
                    journal.add("third")
                    done.fire()
                }
            }
            await done.wait()
        }
        #expect(journal.entries == ["first", "third"])
    }

    @Test func aTimerMayScheduleTheNext() async throws {
        let journal = Journal<Int>()
        let done = TestSignal()
        try await withLoop { loop in
            loop.execute {
                @Sendable func tick(_ count: Int) {
                    journal.add(count)
                    guard count < 5 else { return done.fire() }
                    loop.schedule(after: .milliseconds(1)) { tick(count + 1) }
                }
                tick(1)
            }
            await done.wait()
        }
        #expect(journal.entries == [1, 2, 3, 4, 5])
    }

    @Test func theEndOfTheTurnComesAfterMailAndTimers() async throws {
        let journal = Journal<String>()
        let done = TestSignal()
        try await withLoop { loop in
            loop.execute {
                loop.atTurnEnd { journal.add("end") }
                loop.execute {
                    journal.add("mail")
                    loop.execute { journal.add("more mail") }
                    loop.schedule(after: .milliseconds(5)) {
                        journal.add("timer")
                        done.fire()
                    }
                }
            }
            await done.wait()
        }
        let entries = journal.entries
        // Mail that mail has posted belongs to the next turn. Turns with nothing in them may lie between.
        var withoutRepeats: [String] = []
        for entry in entries where withoutRepeats.last != entry { withoutRepeats.append(entry) }
        #expect(withoutRepeats == ["end", "mail", "end", "more mail", "end", "timer", "end"])
    }

    @Test func nowStandsStillWithinATurn() async throws {
        try await withLoop { loop in
            let (first, second, updated) = try await loop.run {
                let first = loop.now
                let start = MonotonicInstant.now
                while MonotonicInstant.now == start {}
                return (first, loop.now, loop.updateNow())
            }
            #expect(first == second)
            #expect(updated > second)
        }
    }
}
