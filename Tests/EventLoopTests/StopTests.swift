import EventLoop
import Glibc
import Synchronization
import TestSupport
import Testing
import Time

@Suite(.timeLimit(.minutes(1))) struct StopTests {
    private final class Resource: Sendable {}

    /// Mail of before, and mail that this mail posts, still runs; timers and handlers do not, and what they hold is let go.
    @Test func runsTheMailAndDropsTheRest() async throws {
        let journal = Journal<String>()
        let pair = SocketPair()
        defer { pair.close() }
        let loop = try EventLoop(name: "test")
        let isHeld = TestSignal()
        let release = HeldThread()
        weak var resource: Resource?
        do {
            let held = Resource()
            resource = held
            try await loop.run {
                loop.schedule(after: .seconds(3_600)) { withExtendedLifetime(held) { journal.add("timer") } }
                loop.atTurnEnd { withExtendedLifetime(held) {} }
                _ = try loop.register(fd: pair.ours) { _ in withExtendedLifetime(held) {} }
            }
        }
        #expect(resource != nil)
        loop.execute {
            isHeld.fire()
            release.wait()
        }
        await isHeld.wait()
        loop.execute {
            journal.add("mail")
            loop.execute { journal.add("more mail") }
        }
        release.release()
        loop.stop()
        #expect(journal.entries == ["mail", "more mail"])
        #expect(resource == nil)
    }

    @Test func stopsAnIdleLoopAndABusyOne() async throws {
        for isBusy in [false, true] {
            for _ in 0..<200 {
                let loop = try EventLoop(name: "test")
                if isBusy { loop.execute { loop.schedule(after: .milliseconds(1)) {} } }
                loop.stop()
            }
        }
    }

    @Test func bodiesAfterTheEndAreDropped() async throws {
        let loop = try EventLoop(name: "test")
        loop.stop()
        let journal = Journal<Int>()
        weak var resource: Resource?
        do {
            let held = Resource()
            resource = held
            loop.execute { withExtendedLifetime(held) { journal.add(1) } }
        }
        #expect(resource == nil)
        #expect(journal.entries.isEmpty)
    }

    /// Its wake-up must not go to a descriptor that somebody else has got since.
    @Test func aLateWakeUpReachesNoStranger() async throws {
        let loop = try EventLoop(name: "test")
        loop.stop()
        let strangers = try (0..<8).map { _ in try EventDescriptor.make() }
        defer { for stranger in strangers { EventDescriptor.close(stranger) } }
        loop.execute {}
        for stranger in strangers {
            var value: UInt64 = 0
            #expect(read(stranger, &value, 8) == -1)
        }
    }

    @Test func aStoppedLoopGivesItsDescriptorsBack() async throws {
        let before = Self.openEventPolls()
        for _ in 0..<100 { try EventLoop(name: "test").stop() }
        // Other tests have loops of their own meanwhile, a few of them.
        #expect(Self.openEventPolls() < before + 50)
    }

    private static func openEventPolls() -> Int {
        var count = 0
        for descriptor in 0..<4_096 {
            var buffer = [UInt8](repeating: 0, count: 64)
            let length = buffer.withUnsafeMutableBytes {
                readlink("/proc/self/fd/\(descriptor)", $0.bindMemory(to: CChar.self).baseAddress!, $0.count)
            }
            if length > 0, String(decoding: buffer.prefix(length), as: UTF8.self) == "anon_inode:[eventpoll]" { count += 1 }
        }
        return count
    }
}
