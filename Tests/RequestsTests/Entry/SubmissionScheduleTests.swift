import PipelineSupport
import TestSupport
import Testing

@testable import Requests

/// Random courses of a request of several parts in front of a centre that knows what it has. Each step is written and read again.
@Suite struct SubmissionScheduleTests {
    private struct Finding: Error, CustomStringConvertible { let description: String }

    private struct Course {
        var random: SeededGenerator
        var entry: LedgerEntry
        let policy: UnknownPolicy
        let count: Int
        /// How often the centre has taken each part, and may have from the worker's view.
        var taken: [Int]
        var mayBeTaken: [Bool]
        var isResendAsked = false
        var events: [EntryEvent] = []
        var now: Int64 = 3_000

        init(seed: UInt64) {
            var random = SeededGenerator(seed: seed)
            policy = UnknownPolicy.allCases[random.below(3)]
            count = 1 + random.below(4)
            entry = .sample(policy: policy)
            taken = Array(repeating: 0, count: count)
            mayBeTaken = Array(repeating: false, count: count)
            self.random = random
        }

        mutating func run() throws {
            for _ in 0..<60 where entry.state != .closed {
                now += 1
                switch entry.state {
                case .waiting: try wait()
                case .tracking: try hear()
                case .held: try hold()
                case .sending, .closed: break
                }
                try check()
            }
        }

        private mutating func note(_ event: EntryEvent?) throws {
            guard let event else { return }
            if let last = events.last {
                if last.isFinal { throw Finding(description: "an event behind the final one") }
                if event.sequence != last.sequence + 1 { throw Finding(description: "a gap in the sequence") }
                if event.status < last.status { throw Finding(description: "a status moved back") }
            } else if event.sequence != 1 {
                throw Finding(description: "the sequence does not begin at 1")
            }
            if !event.isFinal, taken.contains(0), !entry.hasUnknownOutcome {
                throw Finding(description: "an event before all parts are taken")
            }
            let kind = event.reason?.kind
            if event.isFinal, !event.isPossibleDuplicate, taken.contains(where: { $0 > 0 }) {
                if kind == .refused || kind == .expired || kind == .cancelled {
                    throw Finding(description: "what was taken in part is told as never sent")
                }
            }
            events.append(event)
        }

        private mutating func wait() throws {
            switch random.below(12) {
            case 0: try note(entry.expire("late", at: now))
            case 1: try note(entry.cancel(at: now))
            case 2, 3: try hear()
            case 4: if let part = entry.submission?.unknown.randomElement(using: &random) { try hearLate(part) }
            default: try attempt()
            }
        }

        private mutating func attempt() throws {
            let first = Submission(
                account: 1, from: 5, address: 9,
                format: Submission.Format(isUCS2: false, dataCoding: 0, concatenation: .udh, reference: 7), count: count)
            entry.begin(mark: random.next() | 1, first: first)
            try check()
            var outcomes: [PartOutcome] = []
            attempt: for part in entry.submission?.toSubmit ?? [] {
                if random.oneIn(9) { break }
                if mayBeTaken[part], policy != .resend, !isResendAsked { throw Finding(description: "a part was submitted again") }
                switch random.below(8) {
                case 0:
                    outcomes.append(.notSent(reason: "throttled"))
                    break attempt
                case 1:
                    outcomes.append(random.oneIn(3) ? .refused(code: "0x0B") : .account)
                    break attempt
                case 2:
                    if random.oneIn(2) { taken[part] += 1 }
                    mayBeTaken[part] = true
                    outcomes.append(.unknown(reason: "no answer"))
                    break attempt
                default:
                    taken[part] += 1
                    mayBeTaken[part] = true
                    outcomes.append(.accepted(id: "\(part)-\(taken[part])", status: random.oneIn(5) ? .delivered : .sent))
                }
            }
            if random.oneIn(4) { try hear() }
            if random.oneIn(8), entry.state == .sending {
                // The process is gone: what it was told is lost with it.
                for part in entry.submission?.toSubmit ?? [] { mayBeTaken[part] = true }
                try note(entry.forgetAttempt("stopped", default: .hold, maxAttempts: 3, notBefore: now, at: now))
            } else {
                try note(entry.settle(outcomes, default: .hold, maxAttempts: 3, notBefore: now, at: now))
            }
        }

        private mutating func hear() throws {
            let status: MessageStatus = [.sent, .delivered, .delivered, .failed][random.below(4)]
            if case .changed(let event) = entry.learn(part: random.below(count), status, at: now) { try note(event) }
        }

        private mutating func hearLate(_ part: Int) throws {
            taken[part] = max(taken[part], 1)
            if case .changed(let event) = entry.acceptLate(part: part, id: "late-\(part)", .sent, at: now) { try note(event) }
        }

        private mutating func hold() throws {
            let unknown = entry.submission?.unknown ?? []
            switch random.below(6) {
            case 0: try note(entry.resolveFailed(at: now))
            case 1:
                isResendAsked = true
                entry.resolveResend(at: now)
                try note(entry.failedPart(at: now))
            case 2:
                // An operator is right.
                for part in unknown { taken[part] = max(taken[part], 1) }
                let ids = unknown.filter { _ in random.oneIn(2) }.map { ($0, "told-\($0)") }
                try note(entry.resolveSent(ids: Dictionary(uniqueKeysWithValues: ids), at: now))
            case 3: if let part = unknown.randomElement(using: &random) { try hearLate(part) }
            default: try hear()
            }
        }

        private func check() throws {
            if entry.state == .closed {
                guard let last = events.last, last.isFinal else { throw Finding(description: "an end without a final event") }
                if last.status == .delivered, taken.contains(0) { throw Finding(description: "delivered, and not all parts were taken") }
                return
            }
            if entry.state == .tracking, taken.contains(0) { throw Finding(description: "tracked, and not all parts were taken") }
            if entry.state != .sending, entry.state != .held, entry.submission?.hasFailed == true {
                throw Finding(description: "a part has failed, and the request goes on")
            }
            let bytes = LedgerCodec.bytes(of: entry)
            guard bytes.withUnsafeBytes({ try? LedgerCodec.decode($0) }) == .open(entry) else {
                throw Finding(description: "the ledger does not give back what was written")
            }
        }
    }

    @Test func partsAreNeitherLostNorDoubledUndeclared() throws {
        var ends: [String: Int] = [:]
        for seed in 0..<20_000 as Range<UInt64> {
            var course = Course(seed: seed)
            do { try course.run() } catch { Issue.record("seed \(seed): \(error)") }
            ends[course.events.last.map { "\($0.status) \($0.reason?.code ?? "")" } ?? "open", default: 0] += 1
        }
        // What never happens is not tested.
        let expected = [
            "delivered ", "failed PROVIDER_FAILED", "failed OUTCOME_UNKNOWN", "failed EXPIRED", "failed 0x0B", "failed CANCELLED",
            "sent RESOLVED",
        ]
        for end in expected {
            #expect(ends[end, default: 0] > 20, "\(end): \(ends)")
        }
    }
}
