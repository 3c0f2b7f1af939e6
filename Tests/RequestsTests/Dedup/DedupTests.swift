import PipelineSupport
import TestSupport
import Testing
import Time

@testable import Requests

@Suite struct DedupTests {
    /// What dedup means, in plain tables: by text, all of them at a time.
    private struct Oracle {
        struct Closed {
            let id: String
            let alias: String?
            let second: Int64
        }

        var open: [(id: String, alias: String?)] = []
        var closed: [Closed] = []
        let windowSeconds: Int64

        func isAgain(_ id: String, at now: Int64) -> Bool {
            open.contains { $0.id == id || $0.alias == id }
                || closed.contains { ($0.id == id || $0.alias == id) && ($0.second + windowSeconds) * 1_000 > now }
        }
    }

    /// The ledger that a sweep reads: closed entries in log order.
    private struct Log {
        var entries: [Sweep.Closed] = []

        func sweep(_ request: SweepRequest) -> Sweep {
            var sweep = Sweep(nextOffset: request.from)
            var surplus = request.surplus
            for entry in entries.dropFirst(Int(request.from)) {
                guard entry.closedAt < request.closedBefore || surplus > 0, sweep.closed.count < request.limit else {
                    sweep.nextClosedAt = sweep.closed.count < request.limit ? entry.closedAt : 0
                    break
                }
                surplus -= 1
                sweep.nextOffset += 1
                sweep.closed.append(entry)
            }
            return sweep
        }
    }

    private func hash(_ id: String) -> RequestHash { RequestHash(id: Array(id.utf8)) }

    @Test func itJudgesAsTheOracleWhateverComes() {
        for seed in UInt64(1)...200 {
            var random = SeededGenerator(seed: seed)
            let window = Int64([1, 5, 60].randomElement(using: &random)!)
            var dedup = Dedup(window: .seconds(window), maxEntries: .max)
            var oracle = Oracle(windowSeconds: window)
            var log = Log()
            var now: Int64 = 1_795_500_000_000
            // What an earlier version left: open ids with an alias.
            var ledger = RestoredLedger()
            for number in 0..<3 {
                oracle.open.append(("t-0-\(number)", "t-0-\(number)-1"))
                ledger.aliases.insert(hash("t-0-\(number)-1"), closedAt: .max)
            }
            dedup.restore(ledger)
            var repeats = 0
            for _ in 0..<400 {
                now += Int64(random.below(700))
                switch random.below(5) {
                case 0 where !oracle.open.isEmpty:
                    let (id, alias) = oracle.open.remove(at: random.below(oracle.open.count))
                    dedup.close(hash(id), alias: alias.map(hash), at: now)
                    oracle.closed.append(Oracle.Closed(id: id, alias: alias, second: now / 1_000))
                    log.entries.append(Sweep.Closed(id: Array(id.utf8), hash: hash(id), alias: alias.map(hash), closedAt: now))
                case 1:
                    guard let request = dedup.sweep(ledger: "l", partition: 0, limit: 1 + random.below(4), at: now) else { continue }
                    let removed = dedup.swept(log.sweep(request)) { hash in oracle.open.contains { self.hash($0.id) == hash } }
                    for entry in removed {
                        let id = String(decoding: entry.id, as: UTF8.self)
                        #expect(!oracle.open.contains { $0.id == id }, "seed \(seed): the tombstone of \(id), which is open")
                        let last = oracle.closed.last { $0.id == id }
                        #expect(last.map { ($0.second + window) * 1_000 <= now } == true, "seed \(seed): \(id) is remembered still")
                    }
                default:
                    let id = random.oneIn(3) ? "t-0-\(random.below(3))\(random.oneIn(2) ? "-1" : "")" : "id-\(random.below(8))"
                    let isOpen = oracle.open.contains { $0.id == id }
                    let isAgain = oracle.isAgain(id, at: now)
                    #expect(dedup.judge(hash(id), isOpen: isOpen, at: now) == (isAgain ? .again : .first), "seed \(seed), \(id)")
                    if isAgain { repeats += 1 } else { oracle.open.append((id, nil)) }
                }
            }
            #expect(repeats > 10, "seed \(seed)")
        }
    }

    /// An alias takes no room from another id.
    @Test func theOldestGoWhereThereAreTooMany() {
        var dedup = Dedup(window: .seconds(3_600), maxEntries: 10)
        var log = Log()
        for number in 0..<12 {
            let (id, alias) = (hash("\(number)"), hash("\(number)-1"))
            dedup.close(id, alias: alias, at: 1_000_000 + Int64(number))
            log.entries.append(Sweep.Closed(id: Array("\(number)".utf8), hash: id, alias: alias, closedAt: 1_000_000 + Int64(number)))
        }
        #expect(dedup.count == 12)
        let request = dedup.sweep(ledger: "l", partition: 0, limit: 100, at: 1_000_100)
        #expect(request?.surplus == 2)
        guard let request else { return }
        #expect(dedup.swept(log.sweep(request)) { _ in false }.map { String(decoding: $0.id, as: UTF8.self) } == ["0", "1"])
        #expect(dedup.count == 10 && dedup.sweep(ledger: "l", partition: 0, limit: 100, at: 1_000_100) == nil)
        for id in ["1", "1-1"] { #expect(dedup.judge(hash(id), isOpen: false, at: 1_000_100) == .first) }
        for id in ["2", "2-1"] { #expect(dedup.judge(hash(id), isOpen: false, at: 1_000_100) == .again) }
    }

    /// As the restorer hands it over: nothing is built, so that the loop does not stand still over it.
    @Test func whatALedgerRemembersIsTakenOverAsItIs() {
        var ledger = RestoredLedger()
        ledger.beginning = 40
        ledger.closed = ClosedIndex(capacity: 2)
        ledger.closed.insert(hash("old"), closedAt: 100_000)
        ledger.closed.insert(hash("new"), closedAt: 200_000)
        ledger.aliases.insert(hash("alias"), closedAt: 200_000)
        var dedup = Dedup(window: .seconds(60), maxEntries: 10)
        dedup.restore(ledger)
        #expect(dedup.sweep(ledger: "l", partition: 0, limit: 9, at: 200_000)?.from == 40)
        #expect(dedup.judge(hash("old"), isOpen: false, at: 200_000) == .first, "its window is over")
        for id in ["new", "alias"] { #expect(dedup.judge(hash(id), isOpen: false, at: 200_000) == .again) }
    }

    @Test func aWindowEndsToTheSecondAndIsCountedFromClosing() {
        var dedup = Dedup(window: .seconds(60), maxEntries: 10)
        dedup.close(hash("a"), alias: nil, at: 100_999)
        #expect(dedup.judge(hash("a"), isOpen: false, at: 159_999) == .again)
        #expect(dedup.judge(hash("a"), isOpen: false, at: 160_000) == .first && dedup.count == 0)
    }
}
