import EventLoop
import Glibc
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct DescriptorTests {
    @Test func tellsOfBytesAndOfThePeersEnd() async throws {
        let pair = SocketPair()
        defer { pair.close() }
        let isWritable = TestSignal()
        let isReadable = TestSignal()
        let isClosed = TestSignal()
        let early = Journal<EventLoop.Readiness>()
        try await withLoop { loop in
            let registration = try await loop.run {
                try loop.register(fd: pair.ours) { readiness in
                    if readiness.contains(.writable) { isWritable.fire() }
                    if readiness.contains(.readable), pair.drain() > 0 { isReadable.fire() }
                    if readiness.contains(.closed) { isClosed.fire() }
                    if !isReadable.isFired { early.add(readiness) }
                }
            }
            await isWritable.wait()
            #expect(!isReadable.isFired && !isClosed.isFired)
            pair.peerWrites()
            await isReadable.wait()
            #expect(!isClosed.isFired)
            pair.peerHalfCloses()
            await isClosed.wait()
            #expect(early.entries.allSatisfy { $0 == .writable })
            try await loop.run { loop.deregister(registration) }
        }
    }

    @Test func aDescriptorThatFailedCountsAsClosed() async throws {
        let pair = SocketPair()
        let isClosed = TestSignal()
        try await withLoop { loop in
            let registration = try await loop.run {
                try loop.register(fd: pair.ours) { if $0.contains(.closed) { isClosed.fire() } }
            }
            close(pair.theirs)
            await isClosed.wait()
            try await loop.run { loop.deregister(registration) }
        }
        close(pair.ours)
    }

    /// Edge-triggered: what was not read is not told of again; new bytes are.
    @Test func tellsOfNewBytesOnly() async throws {
        let pair = SocketPair()
        defer { pair.close() }
        let journal = Journal<EventLoop.Readiness>()
        try await withLoop { loop in
            let registration = try await loop.run {
                try loop.register(fd: pair.ours) { if $0.contains(.readable) { journal.add($0) } }
            }
            pair.peerWrites()
            // A turn looks at its descriptors before its mail, so a body of the next turn comes after their events.
            for _ in 0..<10 { try await loop.run {} }
            #expect(journal.entries.count == 1)
            pair.peerWrites()
            for _ in 0..<10 { try await loop.run {} }
            #expect(journal.entries.count == 2)
            try await loop.run { loop.deregister(registration) }
        }
    }

    @Test func aDeregisteredDescriptorIsSilent() async throws {
        let pair = SocketPair()
        defer { pair.close() }
        let journal = Journal<EventLoop.Readiness>()
        try await withLoop { loop in
            try await loop.run {
                let registration = try loop.register(fd: pair.ours) { journal.add($0) }
                loop.deregister(registration)
                loop.deregister(registration)
            }
            pair.peerWrites()
            for _ in 0..<10 { try await loop.run {} }
        }
        #expect(journal.entries.isEmpty)
    }

    /// Two descriptors are ready in one turn; the handler that comes first takes the other one away and gives its slot to a third, which
    /// must not get the event that was meant for its predecessor.
    @Test func aQueuedEventDoesNotReachASuccessor() async throws {
        let pairs = [SocketPair(), SocketPair()]
        // A read side of a pipe without a byte: it is ready for nothing by itself.
        var ends: [CInt] = [-1, -1]
        try #require(pipe(&ends) == 0)
        let quiet = ends[0]
        let wrong = Journal<EventLoop.Readiness>()
        let calls = Journal<Int>()
        try await withLoop { loop in
            try await loop.run {
                var registrations: [EventLoop.Registration?] = [nil, nil]
                for (index, pair) in pairs.enumerated() {
                    registrations[index] = try loop.register(fd: pair.ours) { _ in
                        calls.add(index)
                        guard let other = registrations[1 - index] else { return }
                        registrations = [nil, nil]
                        loop.deregister(other)
                        do { _ = try loop.register(fd: quiet) { wrong.add($0) } } catch { Issue.record(error) }
                    }
                }
                // Both are writable at once, so the next turn gets both events together.
            }
            for _ in 0..<10 { try await loop.run {} }
        }
        #expect(calls.entries.count == 1)
        #expect(wrong.entries.isEmpty)
        for pair in pairs { pair.close() }
        for end in ends { close(end) }
    }

    @Test func refusesWhatTheKernelRefusesAndGoesOn() async throws {
        let pair = SocketPair()
        defer { pair.close() }
        let isWritable = TestSignal()
        try await withLoop { loop in
            let error = await #expect(throws: EventLoopError.self) {
                try await loop.run { try loop.register(fd: 1_000_000) { _ in } }
            }
            #expect(error?.call == "epoll_ctl" && error?.errno == EBADF)
            #expect(error?.description == "epoll_ctl failed: Bad file descriptor")
            _ = try await loop.run { try loop.register(fd: pair.ours) { if $0.contains(.writable) { isWritable.fire() } } }
            await isWritable.wait()
        }
    }

    @Test func anEventDescriptorWakesTheLoopForEachBurst() async throws {
        let descriptor = try EventDescriptor.make()
        defer { EventDescriptor.close(descriptor) }
        let journal = Journal<Int>()
        let signals = [TestSignal(), TestSignal()]
        try await withLoop { loop in
            let registration = try await loop.run {
                try loop.register(fd: descriptor) { readiness in
                    guard readiness.contains(.readable) else { return }
                    EventDescriptor.drain(descriptor)
                    journal.add(1)
                    signals[min(journal.entries.count, 2) - 1].fire()
                }
            }
            for signal in signals {
                // The loop is held in a turn, so that the three writes are one burst.
                try await loop.run {
                    var one: UInt64 = 1
                    for _ in 0..<3 { _ = write(descriptor, &one, 8) }
                }
                await signal.wait()
            }
            #expect(journal.entries.count == 2)
            try await loop.run { loop.deregister(registration) }
        }
    }
}
