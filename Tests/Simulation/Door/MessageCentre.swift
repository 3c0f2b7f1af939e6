import EventLoop
import Requests
import SMSPipeline
import SMSWorker
import Time

/// The message centre that knows what it has: copies of parts, the binds of the account, and receipts, which it gives to any of them.
///
/// Leaner than the one that speaks SMPP over a socket (`RocketSMSSimulator`): no PDU is worth its bytes here, and everything that this one does
/// is drawn by the world, so that a seed brings it back.
final class MessageCentre {
    enum Refusal {
        case tooManyBinds
        case credentials
        case noConnection
    }

    enum Answer {
        case accepted(PartCopy)
        case refused(code: String)
        /// Nothing was taken; it asks for a pause.
        case throttled
        /// Nothing was taken, and nothing will be on this bind.
        case notBound
        /// Something broke, before or behind the taking.
        case failed
        /// Never anything.
        case none
    }

    private struct Shares {
        var lost = 0.0
        var refused = 0.0
        var throttled = 0.0
        var failed = 0.0
        var cut = 0.0
        var slow = 0.0
        var notBound = 0.0
    }

    let world: World
    private let options: Options
    private let door: DoorOptions
    private var shares = Shares()
    private var hasFaults = true
    private let slowLatency: ClosedRange<Int64>
    private(set) var binds: [PartLink] = []
    private var ids = 0
    private var copies: [PartCopy] = []
    private var waiting: [ReceiptPush] = []
    private var outageUntil = MonotonicInstant(nanoseconds: .min)
    private var wrongAuthUntil = MonotonicInstant(nanoseconds: .min)
    private var limitedUntil = MonotonicInstant(nanoseconds: .min)
    private var slowUntil = MonotonicInstant(nanoseconds: .min)
    var onFault: (StaticString) -> Void = { _ in }
    /// A part was taken.
    var onTaken: (PartCopy) -> Void = { _ in }
    var onAnsweredEarly: (ReceiptPush) -> Void = { _ in }
    /// Whether a part of this request may have an id that another had.
    var mayGiveAgain: (_ number: Int) -> Bool = { _ in true }

    init(world: World, options: Options, door: DoorOptions) {
        self.world = world
        self.options = options
        self.door = door
        var draw = Stream(options.seed, "centre")
        if options.has(.lostReplies) { shares.lost = draw.pick([0.01, 0.05, 0.2]) }
        if options.has(.resets) {
            shares.cut = draw.pick([0.01, 0.1])
            shares.failed = draw.pick([0, 0.05])
            shares.notBound = draw.pick([0, 0.02])
        }
        if options.has(.refusals) {
            shares.refused = draw.pick([0.02, 0.2])
            shares.failed = draw.pick([0, 0.05, 0.2])
        }
        if options.has(.tooMany) { shares.throttled = draw.pick([0.02, 0.2]) }
        if options.has(.slowProvider) { shares.slow = draw.pick([0.02, 0.2]) }
        slowLatency = 200_000...Int64(draw.wild(1_000_000...30_000_000))
    }

    // MARK: Trouble

    func outage(for duration: Duration) {
        onFault("outage")
        outageUntil = max(outageUntil, world.monotonic + duration)
        for bind in binds { bind.cut() }
    }

    func refuseAccount(for duration: Duration) {
        onFault("wrongAuth")
        wrongAuthUntil = max(wrongAuthUntil, world.monotonic + duration)
        if world.chance(0.5) { for bind in binds { bind.cut() } }
    }

    func limitBinds(for duration: Duration) {
        onFault("bindLimit")
        limitedUntil = max(limitedUntil, world.monotonic + duration)
        if world.chance(0.5) { binds.randomElement(using: &world.random)?.cut() }
    }

    func slow(for duration: Duration) {
        onFault("slowProvider")
        slowUntil = max(slowUntil, world.monotonic + duration)
    }

    func heal() {
        hasFaults = false
        shares = Shares()
        let now = world.monotonic
        outageUntil = min(outageUntil, now)
        wrongAuthUntil = min(wrongAuthUntil, now)
        limitedUntil = min(limitedUntil, now)
        slowUntil = min(slowUntil, now)
    }

    /// One way.
    func latency() -> Duration {
        if world.monotonic < slowUntil || shares.slow > 0 && world.chance(shares.slow) { return world.duration(slowLatency) }
        let most = options.requestTimeout.nanoseconds / 1_000
        if hasFaults, door.lateShare > 0, world.chance(door.lateShare / 2) { return world.duration(most / 2...most * 2) }
        let duration = world.duration(options.postLatency) / 2
        return hasFaults ? duration : min(duration, options.requestTimeout / 4)
    }

    // MARK: Binds

    /// Nil: it is bound.
    func bind(_ link: PartLink) -> Refusal? {
        if world.monotonic < outageUntil { return .noConnection }
        if world.monotonic < wrongAuthUntil { return .credentials }
        if world.monotonic < limitedUntil, !binds.isEmpty { return .tooManyBinds }
        binds.append(link)
        let pushes = waiting
        waiting = []
        for push in pushes { later(push) }
        return nil
    }

    /// The connection has ended; where nobody said so the centre notices late.
    func ended(_ link: PartLink, isClean: Bool) {
        guard !isClean, door.lingers, hasFaults else { return forget(link) }
        world.schedule(after: world.duration(100_000...10_000_000)) { [self] in forget(link) }
    }

    private func forget(_ link: PartLink) { binds.removeAll { $0 === link } }

    // MARK: Parts

    /// A part has arrived.
    func take(_ number: Int, part: Int, of submission: Requests.Submission) -> Answer {
        func isDrawn(_ share: Double) -> Bool { share > 0 && world.chance(share) }
        if isDrawn(shares.throttled) { return fault("throttled", .throttled) }
        if isDrawn(shares.notBound) { return fault("notBound", .notBound) }
        if isDrawn(shares.refused) { return fault("refused", .refused(code: "SMPP_0x0B")) }
        if isDrawn(shares.failed) {
            if world.chance(0.5) { accept(number, part, submission) }
            return fault("failed", .failed)
        }
        let copy = accept(number, part, submission)
        if isDrawn(shares.lost) { return fault("lostReply", .none) }
        return .accepted(copy)
    }

    private func fault(_ name: StaticString, _ answer: Answer) -> Answer {
        onFault(name)
        return answer
    }

    /// Whether the connection breaks now.
    func breaks() -> Bool {
        guard shares.cut > 0, world.chance(shares.cut) else { return false }
        onFault("cut")
        return true
    }

    @discardableResult
    private func accept(_ number: Int, _ part: Int, _ submission: Requests.Submission) -> PartCopy {
        let copy = PartCopy(number: number, part: part, id: nextID(number, submission), address: submission.address)
        copies.append(copy)
        onTaken(copy)
        for (status, delay) in statuses(of: copy) {
            copy.outstanding += 1
            world.schedule(after: delay) { [self] in give(ReceiptPush(copy, status)) }
        }
        return copy
    }

    private func nextID(_ number: Int, _ submission: Requests.Submission) -> String {
        guard options.has(.strangeReceipts) else {
            ids += 1
            return "\(ids)"
        }
        if world.chance(0.03) { return "" }
        // A counter that begins anew: of what is through long ago, or another recipient's.
        if world.chance(0.2), let other = copies.randomElement(using: &world.random), !other.id.isEmpty, mayGiveAgain(number),
            take(over: other.id, submission)
        {
            onFault("sameID")
            return other.id
        }
        ids += 1
        return "\(ids)"
    }

    /// Only where nobody could take the one for the other: all that the earlier ones will ever say is in the log, below what the new one waits
    /// for, and with their end.
    private func take(over id: String, _ submission: Requests.Submission) -> Bool {
        let same = copies.filter { $0.id == id && $0.address == submission.address }
        guard same.allSatisfy({ $0.outstanding == 0 && $0.fate != nil && $0.lastNumber < submission.from }) else { return false }
        guard same.isEmpty || !options.has(.receiptsAnew) else { return false }
        for copy in same { copy.isRetired = true }
        return true
    }

    private func statuses(of copy: PartCopy) -> [(MessageStatus, Duration)] {
        if copy.id.isEmpty || door.silentShare > 0 && world.chance(door.silentShare) { return [] }
        let isStrange = options.has(.strangeReceipts)
        var delay = world.duration(door.receiptDelay)
        if door.earlyShare > 0, world.chance(door.earlyShare) { delay = .microseconds(100) }
        let final: MessageStatus = world.chance(door.failedShare) ? .failed : .delivered
        var statuses = [(final, delay)]
        if world.chance(door.sentShare) { statuses.append((.sent, isStrange ? world.duration(door.receiptDelay) : delay / 2)) }
        // What a relay says behind the last word.
        if isStrange, world.chance(0.1) { statuses.append((final == .failed ? .delivered : .failed, world.duration(door.receiptDelay))) }
        if isStrange, world.chance(0.2) { statuses.append((final, world.duration(door.receiptDelay))) }
        return statuses
    }

    // MARK: Receipts

    private func later(_ push: ReceiptPush) { world.schedule(after: world.duration(1_000...500_000)) { [self] in give(push) } }

    /// To any bind of the account; again, to another one, where that does not answer.
    private func give(_ push: ReceiptPush) {
        guard !push.isAnswered else { return }
        guard let bind = binds.randomElement(using: &world.random) else { return waiting.append(push) }
        bind.deliver(push)
        if options.has(.strangeReceipts), world.chance(0.1) { binds.randomElement(using: &world.random)?.deliver(push) }
        world.schedule(after: world.duration(1_500_000...6_000_000)) { [self] in give(push) }
    }

    func answered(_ push: ReceiptPush) {
        guard !push.isAnswered else { return }
        if !push.isWritten { onAnsweredEarly(push) }
        push.isAnswered = true
        push.copy.outstanding -= 1
    }

    /// All that it had to say is answered.
    var isQuiet: Bool { copies.allSatisfy { $0.outstanding == 0 } }

    /// The schedule is over.
    func forget() {
        binds = []
        waiting = []
        copies = []
        onTaken = { _ in }
        mayGiveAgain = { _ in true }
        onAnsweredEarly = { _ in }
        onFault = { _ in }
    }
}
