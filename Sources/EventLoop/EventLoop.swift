internal import CLinux
internal import Glibc
internal import Synchronization
package import Time

/// One thread, one epoll set, one mailbox: the serial executor that the pipeline's actor runs on.
///
/// Everything marked *on the loop* must be called from the loop's thread; the loop checks it. From other threads there are
/// `enqueue` (the actor's jobs) and `execute(_:)`, which wake the loop at most once for any number of them.
///
/// `@unchecked Sendable`: the mailbox is guarded by its mutex; every other stored property is touched on the loop's thread only
/// (`preconditionOnLoop` guards each entry).
package final class EventLoop: SerialExecutor, @unchecked Sendable {
    /// What a file descriptor is ready for.
    package struct Readiness: OptionSet, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }
        package static let readable = Readiness(rawValue: 1)
        package static let writable = Readiness(rawValue: 2)
        /// The peer closed, or half-closed, or the descriptor failed.
        package static let closed = Readiness(rawValue: 4)
    }

    /// Handle of a registered descriptor. Its generation keeps an event that was queued before `deregister` from reaching a successor.
    package struct Registration: Hashable, Sendable {
        let slot: Int32
        let generation: UInt32
    }

    private enum Mail {
        case job(UnownedJob)
        case body(@Sendable () -> Void)
    }

    private struct Mailbox {
        var mail: [Mail] = []
        var isAwake = false
        var isStopping = false
        /// The last turn has begun: what is posted now is dropped.
        var hasEnded = false
    }

    private struct Slot {
        var fd: CInt = -1
        var generation: UInt32 = 0
        var handler: ((Readiness) -> Void)?
    }

    package let name: String
    private let epoll: CInt
    private let wakeup: CInt
    private let mailbox = Mutex(Mailbox())
    private let thread = Mutex<pthread_t?>(nil)

    private var slots: [Slot] = []
    private var freeSlots: [Int32] = []
    private var timers = TimerHeap()
    private var turnEndHandlers: [() -> Void] = []
    /// The time of this turn's beginning; one clock read a turn serves all that happens in it.
    package private(set) var now = MonotonicInstant.now

    /// - Throws: `EventLoopError` when the kernel gives no epoll or event descriptor, or no thread.
    package init(name: String) throws(EventLoopError) {
        self.name = name
        epoll = epoll_create1(CInt(rs_EPOLL_CLOEXEC))
        guard epoll >= 0 else { throw EventLoopError(call: "epoll_create1", errno: errno) }
        wakeup = eventfd(0, CInt(rs_EFD_CLOEXEC | rs_EFD_NONBLOCK))
        guard wakeup >= 0 else {
            // `deinit` closes what was opened.
            throw EventLoopError(call: "eventfd", errno: errno)
        }
        guard rs_epoll_ctl(epoll, EPOLL_CTL_ADD, wakeup, rs_EPOLLIN, UInt64.max) == 0 else {
            throw EventLoopError(call: "epoll_ctl", errno: errno)
        }
        let started = NamedThread.start(name: name) { [self] in run() }
        guard let started else { throw EventLoopError(call: "pthread_create", errno: EAGAIN) }
        thread.withLock { $0 = started }
    }

    /// Not at the thread's end: whoever still posts holds the loop, and its wake-up must reach no descriptor of somebody else.
    deinit {
        Glibc.close(wakeup)
        Glibc.close(epoll)
    }

    // MARK: From any thread

    package func enqueue(_ job: consuming ExecutorJob) { post(.job(UnownedJob(job))) }

    package func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

    package func checkIsolated() { preconditionOnLoop() }

    package func isIsolatingCurrentContext() -> Bool? { isOnLoop }

    /// Runs `body` on the loop, in the order of the calls from one thread. After `stop` it is dropped.
    package func execute(_ body: @escaping @Sendable () -> Void) { post(.body(body)) }

    /// Ends the thread after the mail that is in the box now. Call it once, not on the loop; returns when the thread has ended.
    package func stop() {
        mailbox.withLock { $0.isStopping = true }
        wake()
        if let id = thread.withLock({ thread in
            let id = thread
            thread = nil
            return id
        }) {
            pthread_join(id, nil)
        }
    }

    package var isOnLoop: Bool { NamedThread.current === self }

    package func preconditionOnLoop() {
        precondition(isOnLoop, "this belongs to the event loop \(name) and was called from another thread")
    }

    private func post(_ item: Mail) {
        let mustWake = mailbox.withLock { box in
            if box.hasEnded { return false }
            box.mail.append(item)
            defer { box.isAwake = true }
            return !box.isAwake
        }
        if mustWake { wake() }
    }

    private func wake() {
        var one: UInt64 = 1
        _ = Glibc.write(wakeup, &one, 8)
    }

    // MARK: On the loop

    /// Watches `fd` edge-triggered: the handler must read or write until the call would block.
    ///
    /// - Throws: `EventLoopError` when the kernel refuses the descriptor.
    package func register(fd: CInt, _ handler: @escaping (Readiness) -> Void) throws(EventLoopError) -> Registration {
        preconditionOnLoop()
        let index: Int32
        if let free = freeSlots.popLast() {
            index = free
        } else {
            index = Int32(slots.count)
            slots.append(Slot())
        }
        let generation = slots[Int(index)].generation &+ 1
        let data = UInt64(UInt32(bitPattern: index)) << 32 | UInt64(generation)
        let flags = rs_EPOLLIN | rs_EPOLLOUT | rs_EPOLLRDHUP | rs_EPOLLET
        guard rs_epoll_ctl(epoll, EPOLL_CTL_ADD, fd, flags, data) == 0 else {
            freeSlots.append(index)
            throw EventLoopError(call: "epoll_ctl", errno: errno)
        }
        slots[Int(index)] = Slot(fd: fd, generation: generation, handler: handler)
        return Registration(slot: index, generation: generation)
    }

    /// Stops watching. Must come before the descriptor is closed. A second call is without effect.
    package func deregister(_ registration: Registration) {
        preconditionOnLoop()
        let index = Int(registration.slot)
        guard slots[index].generation == registration.generation, slots[index].handler != nil else { return }
        _ = rs_epoll_ctl(epoll, EPOLL_CTL_DEL, slots[index].fd, 0, 0)
        slots[index].handler = nil
        slots[index].fd = -1
        freeSlots.append(registration.slot)
    }

    /// Calls `body` once, at `deadline` or up to a millisecond later.
    @discardableResult
    package func schedule(at deadline: MonotonicInstant, _ body: @escaping () -> Void) -> TimerID {
        preconditionOnLoop()
        return timers.insert(deadline: deadline, body)
    }

    @discardableResult
    package func schedule(after delay: Duration, _ body: @escaping () -> Void) -> TimerID {
        schedule(at: MonotonicInstant.now + delay, body)
    }

    /// A timer that has fired or was cancelled already is left alone.
    package func cancel(_ timer: TimerID) {
        preconditionOnLoop()
        timers.cancel(timer)
    }

    /// Calls `body` at the end of every turn, after all events, timers and mail of the turn: the place for work in batches.
    package func atTurnEnd(_ body: @escaping () -> Void) {
        preconditionOnLoop()
        turnEndHandlers.append(body)
    }

    /// A fresh reading for whoever measures within a turn; `now` follows it.
    @discardableResult
    package func updateNow() -> MonotonicInstant {
        now = .now
        return now
    }

    private func run() {
        NamedThread.current = self
        let capacity = 256
        let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: capacity)
        defer { events.deallocate() }
        let executor = asUnownedSerialExecutor()
        var mail: [Mail] = []
        while true {
            let count = epoll_wait(epoll, events, CInt(capacity), timeout())
            now = .now
            for index in 0..<max(0, count) {
                let data = rs_epoll_event_data(events, CInt(index))
                guard data != UInt64.max else {
                    var value: UInt64 = 0
                    _ = Glibc.read(wakeup, &value, 8)
                    continue
                }
                dispatch(data, rs_epoll_event_flags(events, CInt(index)))
            }
            while let body = timers.popDue(now) { body() }
            let isStopping = mailbox.withLock { box in
                swap(&mail, &box.mail)
                if mail.isEmpty { box.isAwake = false }
                box.hasEnded = box.isStopping && mail.isEmpty
                return box.hasEnded
            }
            for item in mail {
                switch item {
                case .job(let job): job.runSynchronously(on: executor)
                case .body(let body): body()
                }
            }
            let hadMail = !mail.isEmpty
            mail.removeAll(keepingCapacity: true)
            for handler in turnEndHandlers { handler() }
            if isStopping { break }
            if hadMail { mailIsWaiting = true }
        }
        turnEndHandlers = []
        for index in slots.indices { slots[index].handler = nil }
        timers = TimerHeap()
    }

    /// The box stays awake (posts need no system call) until a turn finds it empty.
    private var mailIsWaiting = false

    private func timeout() -> CInt {
        if mailIsWaiting {
            mailIsWaiting = false
            return 0
        }
        guard let next = timers.nextDeadline else { return -1 }
        let remaining = (next - .now).nanoseconds
        if remaining <= 0 { return 0 }
        return CInt(clamping: remaining.clampedSum(999_999) / 1_000_000)
    }

    private func dispatch(_ data: UInt64, _ flags: UInt32) {
        let index = Int(data >> 32)
        guard index < slots.count, slots[index].generation == UInt32(truncatingIfNeeded: data), let handler = slots[index].handler else {
            return
        }
        var readiness: Readiness = []
        if flags & rs_EPOLLIN != 0 { readiness.insert(.readable) }
        if flags & rs_EPOLLOUT != 0 { readiness.insert(.writable) }
        if flags & (rs_EPOLLRDHUP | rs_EPOLLHUP | rs_EPOLLERR) != 0 { readiness.insert(.closed) }
        handler(readiness)
    }
}

/// A system call that the loop cannot do without was refused.
package struct EventLoopError: Error, Equatable, CustomStringConvertible {
    package let call: String
    package let errno: CInt

    package var description: String { "\(call) failed: \(String(cString: strerror(errno)))" }
}
