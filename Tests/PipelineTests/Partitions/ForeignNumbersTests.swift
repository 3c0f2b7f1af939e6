import PipelineSupport
import TestSupport
import Testing
import Time

@testable import Requests
@testable import SMSPipeline

/// Times, offsets and counters that somebody else wrote, at the ends of their ranges, on their whole way: each part ends in a value or an
/// error. A trap would end the process at every restore.
@Suite struct ForeignNumbersTests {
    private static let now = ForeignEntry.now
    private static let numbers = ForeignEntry.numbers

    private func bytes(_ entry: LedgerEntry) -> [UInt8] {
        var bytes: [UInt8] = []
        LedgerCodec.encode(entry, into: &bytes)
        return bytes
    }

    /// Everything that may become of an open entry, each with its event.
    private func live(_ entry: LedgerEntry, at now: Int64, _ random: inout SeededGenerator) -> [(LedgerEntry, EntryEvent)] {
        var entry = entry
        var events: [(LedgerEntry, EntryEvent)] = []
        for _ in 0..<8 {
            var event: EntryEvent?
            switch entry.state {
            case .waiting:
                switch random.below(4) {
                case 0: event = entry.expire("late", at: now)
                case 1: event = entry.cancel(at: now)
                default: entry.begin(mark: random.next())
                }
            case .sending:
                switch random.below(6) {
                case 0: entry.withdraw()
                case 1: entry.notSent(notBefore: now)
                case 2: entry.postpone()
                case 3: event = entry.refuse(code: "NO", at: now)
                case 4: event = entry.unknown("so", default: .resend, maxAttempts: 3, notBefore: now, at: now)
                default: event = entry.accept(ForeignEntry.acceptance(&random), at: now)
                }
            case .tracking:
                switch random.below(3) {
                case 0: event = entry.giveUpTracking(code: "TRACKING_EXPIRED", "so", at: now)
                case 1: event = entry.learn(.other(ForeignEntry.status(&random)), at: now)
                default: event = entry.learn(.known([.queued, .sent, .delivered, .failed][random.below(4)]), at: now)
                }
            case .held:
                switch random.below(3) {
                case 0: event = entry.resolveSent(messageIDs: random.oneIn(2) ? ["5"] : [], at: now)
                case 1: event = entry.resolveFailed(at: now)
                default: entry.resolveResend(at: now)
                }
            case .closed: return events
            }
            if let event { events.append((entry, event)) }
        }
        return events
    }

    /// Ledger bytes → fold → restore decision, tracking and every transition → events → ledger bytes.
    @Test func aForeignEntryIsAValueOrAnErrorOnItsWholeWay() {
        var (restored, refused) = (0, 0)
        let failure = RandomSchedules.firstFailure(of: 5_000) { random in
            let now = Self.numbers[random.below(Self.numbers.count)]
            var fold = LedgerFold()
            for number in 0..<3 {
                let entry = ForeignEntry.draw(&random)
                do {
                    try bytes(entry).withUnsafeBytes { value in
                        try entry.echo.id.withUnsafeBytes { try fold.add(key: $0, value: value, at: Int64(number)) }
                    }
                } catch {
                    return "a key and a value are taken"
                }
            }
            guard let ledger = try? fold.finished(beginning: 0) else {
                refused += 1
                return nil
            }
            restored += 1
            let any = Self.numbers[random.below(Self.numbers.count)]
            _ = RestoreDecision.decide(group: "g", committed: any, low: min(any, now), high: max(any, now), ledger: ledger)
            for tracked in ledger.tracked { if let failure = poll(tracked.base, at: now, &random) { return failure } }
            var encoder = StatusEventEncoder(group: "g")
            for entry in ledger.active {
                guard (0..<Int64.max).contains(entry.offset) else { return "an entry of offset \(entry.offset) was taken" }
                let (age, limit) = (entry.age(at: now), entry.ageLimit(.seconds(86_400), paused: .seconds(5)))
                if let age, age < .zero || age > LedgerEntry.longestAge { return "an age of \(age)" }
                if limit < entry.admittedAt { return "its age ends before it was admitted, at \(limit)" }
                for (entry, event) in live(entry, at: now, &random) {
                    var (value, headers) = ([UInt8](), RecordHeaders())
                    let place = RecordPosition(topic: "r", partition: .max, offset: entry.offset)
                    encoder.encode(event, of: entry.echo, at: now, position: place, value: &value, headers: &headers)
                    let written = bytes(entry)
                    let isRead = written.withUnsafeBytes { (try? LedgerCodec.decode($0)) != nil }
                    // What is learned at a time that no clock shows cannot be read again; everything else can.
                    if !isRead, LedgerCodec.times.contains(now) { return "its next record is unreadable: \(entry)" }
                }
            }
            return nil
        }
        #expect(failure == nil)
        #expect(restored > 500 && refused > 500, "\(restored) restored, \(refused) refused")
    }

    private func poll(_ base: Int64, at now: Int64, _ random: inout SeededGenerator) -> String? {
        let clock = MonotonicInstant(nanoseconds: Self.numbers[random.below(Self.numbers.count)])
        let start = clock - .milliseconds(now.clampedDifference(base))
        let schedule = PollSchedule()
        _ = schedule.afterRestore(at: clock, base: start, using: &random)
        let stood = Duration.nanoseconds(Self.numbers[random.below(Self.numbers.count)])
        switch schedule.next(after: clock, base: start, horizonStoodStill: stood, using: &random) {
        case .poll(let at) where at < start: return "a poll before its base"
        case .poll, .expire: return nil
        }
    }

    @Test func countersStopAtTheirEndAndTheLastNumberIsTheFinalEvents() {
        var entry = LedgerEntry.sample(policy: .resend)
        for mark in 0..<UInt64(70_000) {
            entry.begin(mark: mark)
            entry.notSent(notBefore: 0)
        }
        #expect(entry.attempt == .max && entry.failures == .max)
        entry.begin(mark: 1)
        _ = entry.accept(Acceptance(messageIDs: ["1"], status: .known(.queued), cost: nil), at: 5)
        let events = (0..<70_000).compactMap { entry.learn(.other($0.isMultiple(of: 2) ? "ODD" : "EVEN"), at: 5) }
        #expect(events.map(\.sequence) == Array(2 ... .max - 1))
        #expect(entry.learn(.known(.delivered), at: 6)?.sequence == .max)
    }

    @Test func aWithdrawnAttemptIsNeverLessThanNone() throws {
        var written = bytes(LedgerEntry.sample())
        written[1] = LedgerEntry.State.sending.rawValue
        guard case .open(var entry) = try written.withUnsafeBytes({ try LedgerCodec.decode($0) }) else { return }
        entry.withdraw()
        #expect(entry.attempt == 0)
    }

    /// Each is in the range of its type, and no worker can have written it.
    @Test func numbersThatNoWorkerWritesAreAnError() {
        let good = bytes(LedgerEntry.sample())
        let fields = [
            (16, "offset"), (32, "admitted"), (40, "paused"), (48, "not before"), (56, "send at"), (64, "expires at"), (72, "accepted"),
        ]
        for (index, name) in fields {
            for number in [Int64.min + 1, .max] {
                var bytes = good
                withUnsafeBytes(of: number.littleEndian) { bytes.replaceSubrange(index..<index + 8, with: $0) }
                bytes.withUnsafeBytes { bytes in
                    #expect(throws: LedgerError.malformed, "\(name) \(number)") { try LedgerCodec.head(bytes) }
                    #expect(throws: LedgerError.malformed, "\(name) \(number)") { try LedgerCodec.decode(bytes) }
                }
            }
        }
        var closed = LedgerEntry.sample()
        _ = closed.expire("late", at: 99)
        for (index, number) in [(4, Int64.max), (4, -1), (20, .min), (20, .max)] {
            var bytes = bytes(closed)
            withUnsafeBytes(of: number.littleEndian) { bytes.replaceSubrange(index..<index + 8, with: $0) }
            _ = bytes.withUnsafeBytes { bytes in #expect(throws: LedgerError.malformed) { try LedgerCodec.head(bytes) } }
        }
        var recorded: [UInt8] = []
        LedgerCodec.encode(LedgerCodec.Recorded(group: "g", offset: -1), into: &recorded)
        _ = recorded.withUnsafeBytes { bytes in #expect(throws: LedgerError.malformed) { try LedgerCodec.decodeRecorded(bytes) } }
    }

    /// Repaired as U+FFFD it would be longer than its field when it is written again.
    @Test func aMessageIDThatIsNoTextIsAnError() {
        var entry = LedgerEntry.sample()
        entry.begin(mark: 1)
        _ = entry.accept(
            Acceptance(messageIDs: [String(repeating: "7", count: Echo.messageIDLength)], status: .known(.sent), cost: nil), at: 5)
        var bytes = bytes(entry)
        bytes.withUnsafeBytes { bytes in #expect(throws: Never.self) { try LedgerCodec.decode(bytes) } }
        for index in bytes.indices where bytes[index] == UInt8(ascii: "7") { bytes[index] = 0xFF }
        _ = bytes.withUnsafeBytes { bytes in #expect(throws: LedgerError.malformed) { try LedgerCodec.decode(bytes) } }
    }

    /// The figures of a ledger that somebody else wrote: a sum that has once taken a thousand years is worth nothing any more.
    @Test func noFigureTakesAnAgeThatNoRequestHas() throws {
        var tracked = LedgerEntry.sample(id: "a")
        tracked.begin(mark: 1)
        _ = tracked.accept(Acceptance(messageIDs: ["1"], status: .known(.queued), cost: nil), at: 1)
        let sample = LedgerEntry.sample(id: "b")
        let waiting = LedgerEntry(
            echo: sample.echo, message: sample.message!, offset: 8, timestamp: 1, isPriority: false, policy: nil,
            admittedAt: -62_000_000_000_000, sendAt: nil, expiresAt: nil)
        let records = [tracked, waiting].map { PipelineStage.LedgerRecord(key: $0.echo.id, value: bytes($0)) }
        var recorded: [UInt8] = []
        LedgerCodec.encode(LedgerCodec.Recorded(group: "g", offset: 0), into: &recorded)
        let stage = PipelineStage(ledger: records + [PipelineStage.LedgerRecord(key: [], value: recorded)], committed: 0)
        stage.status = .delivered
        try stage.start()
        #expect(stage.isOpen && stage.longestDue <= LedgerEntry.longestAge)
        // The first poll of a restored message comes within its interval.
        try stage.pass(.seconds(86_400))
        let ages = stage.notes.compactMap { if case .finalStatus(_, let age) = $0 { age } else { nil } }
        #expect(stage.events.contains { $0.id == "a" } && ages.isEmpty, "\(ages)")
    }

    @Test func anAgeIsLeftOutWhereItsTimesSayNothing() {
        func age(_ timestamp: Int64, _ sendAt: Int64?) -> Duration? {
            let sample = LedgerEntry.sample()
            let entry = LedgerEntry(
                echo: sample.echo, message: sample.message!, offset: 7, timestamp: timestamp, isPriority: false,
                policy: nil, admittedAt: Self.now, sendAt: sendAt, expiresAt: nil)
            return entry.age(at: Self.now)
        }
        #expect(age(Self.now - 250, nil) == .milliseconds(250))
        #expect(age(Self.now - 250, Self.now - 100) == .milliseconds(100))
        #expect(age(Self.now - 250, -62_135_596_800_000) == .milliseconds(250))
        #expect(age(Self.now - 250, Self.now + 100_000) == .milliseconds(250), "the provider waits for it, not the worker")
        #expect(age(Self.now + 250, nil) == .zero, "another clock is a little ahead")
        #expect(
            age(-62_135_596_800_000, -62_135_596_800_000) == nil && age(1, nil) == nil && age(.max, nil) == nil && age(.min, .min) == nil)
    }
}
