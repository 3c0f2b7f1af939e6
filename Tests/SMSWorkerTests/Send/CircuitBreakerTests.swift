import EventLoop
import SMSWorker
import TestSupport
import Testing
import Time

@testable import Requests
@testable import SMSPipeline

struct CircuitBreakerTests {
    private func instant(_ milliseconds: Int) -> MonotonicInstant { MonotonicInstant(nanoseconds: Int64(milliseconds) * 1_000_000) }

    /// Every ending since the last change of state, and the probes by number.
    private struct Model {
        enum State {
            case closed
            case open(until: MonotonicInstant)
            case halfOpen
        }
        var state = State.closed
        var endings: [(second: Int, isFailure: Bool)] = []
        var openings = 0
        var width = 1
        var running = 0
        var succeeded = 0
        /// Permits of earlier states say nothing.
        var era = 0
        var probingSince = 0
    }

    @Test func anyOrderOfEventsKeepsTheRules() {
        let failure = RandomSchedules.firstFailure(of: 10_000) { generator in
            var breaker = CircuitBreaker(window: .seconds(5), minimumSamples: 4, lastWidth: 4)
            var model = Model()
            var permits: [(permit: CircuitBreaker.Permit, era: Int)] = []
            var now = 0
            let failing = generator.below(4)
            for _ in 0..<60 {
                now += generator.oneIn(10) ? generator.below(9_000) : generator.below(400)
                if permits.isEmpty || generator.oneIn(2) {
                    let kind: CircuitBreaker.Kind = generator.oneIn(3) ? .poll : .send
                    let sendsWait = kind == .send || generator.oneIn(2)
                    let isBlockedPoll = kind == .poll && sendsWait
                    let expected: Bool
                    switch model.state {
                    case .closed: expected = true
                    case .open(let until): expected = until <= instant(now) && !isBlockedPoll
                    case .halfOpen: expected = model.running + model.succeeded < model.width && !isBlockedPoll
                    }
                    guard breaker.mayAdmit(kind, at: instant(now), sendsWait: sendsWait) == expected else {
                        return "mayAdmit is not \(expected)"
                    }
                    let permit = breaker.admit(kind, at: instant(now), sendsWait: sendsWait)
                    guard (permit != nil) == expected else { return "a permit \(permit as Any), expected \(expected)" }
                    guard let permit else { continue }
                    if case .open = model.state {
                        model.state = .halfOpen
                        model.probingSince = now
                        model.era += 1
                        model.width = 1
                        model.running = 0
                        model.succeeded = 0
                    }
                    if case .halfOpen = model.state {
                        model.running += 1
                        guard permit.isProbe else { return "a probe that does not know it" }
                    }
                    permits.append((permit, model.era))
                } else {
                    let (permit, era) = permits.remove(at: generator.below(permits.count))
                    let ending: CircuitBreaker.Ending = generator.oneIn(10) ? .neutral : generator.below(4) < failing ? .failure : .success
                    let change = breaker.ended(permit, ending, at: instant(now), using: &generator)
                    var opens = false
                    var closes = false
                    if era == model.era {
                        switch model.state {
                        case .closed:
                            if ending != .neutral { model.endings.append((now / 1_000, ending == .failure)) }
                            let recent = model.endings.filter { $0.second > now / 1_000 - 5 }
                            opens = ending == .failure && recent.count >= 4 && 2 * recent.filter(\.isFailure).count >= recent.count
                        case .open: break
                        case .halfOpen:
                            model.running -= 1
                            if ending == .success { model.succeeded += 1 }
                            opens = ending == .failure
                            if model.succeeded == model.width {
                                closes = model.width == 4
                                model.width *= 2
                                model.succeeded = 0
                            }
                            if ending == .success, now - model.probingSince >= 30_000 { closes = true }
                        }
                    }
                    switch change {
                    case nil: if opens || closes { return "nothing changed, expected opens \(opens), closes \(closes)" }
                    case .closed:
                        guard closes else { return "closed without cause" }
                        model.state = .closed
                        model.era += 1
                        model.openings = 0
                        model.endings = []
                    case .opened(let delay):
                        guard opens else { return "opened without cause" }
                        model.openings += 1
                        model.era += 1
                        model.endings = []
                        let ceiling = min(60_000, 2_000 << min(model.openings - 1, 10))
                        guard delay >= .milliseconds(ceiling / 2), delay <= .milliseconds(ceiling) else { return "open for \(delay)" }
                        model.state = .open(until: instant(now) + delay)
                        guard breaker.nextChange == instant(now) + delay else { return "nextChange" }
                    }
                }
            }
            return nil
        }
        #expect(failure == nil)
    }

    @Test func anOutageOpensItAndARecoveryClosesItAlone() throws {
        var generator = SeededGenerator(seed: 9)
        var breaker = CircuitBreaker()
        var now = instant(0)
        for count in 1...10 {
            let admitted = breaker.admit(.send, at: now, sendsWait: true)
            let permit = try #require(admitted)
            let change = breaker.ended(permit, .failure, at: now, using: &generator)
            #expect((change != nil) == (count == 10))
        }
        #expect(breaker.admit(.send, at: now, sendsWait: true) == nil)
        now = try #require(breaker.nextChange)
        var widths: [Int] = []
        while breaker.state != .closed {
            var permits: [CircuitBreaker.Permit] = []
            while let permit = breaker.admit(.send, at: now, sendsWait: true) { permits.append(permit) }
            widths.append(permits.count)
            for permit in permits { _ = breaker.ended(permit, .success, at: now, using: &generator) }
        }
        #expect(widths == [1, 2, 4, 8])
    }

    @Test func whereLittleIsSentOneSuccessIsEnoughAfterAWhile() throws {
        var generator = SeededGenerator(seed: 9)
        var breaker = CircuitBreaker()
        for _ in 0..<10 {
            let admitted = breaker.admit(.send, at: instant(0), sendsWait: true)
            let permit = try #require(admitted)
            _ = breaker.ended(permit, .failure, at: instant(0), using: &generator)
        }
        let probed = try #require(breaker.nextChange)
        for (later, change) in [(Duration.zero, nil), (.seconds(29), nil), (.seconds(30), .closed)] as [(Duration, CircuitBreaker.Change?)]
        {
            let admitted = breaker.admit(.send, at: probed + later, sendsWait: true)
            let permit = try #require(admitted)
            #expect(breaker.ended(permit, .success, at: probed + later, using: &generator) == change)
        }
    }

    @Test func aFewFailuresAmongManySuccessesDoNotOpenIt() throws {
        var generator = SeededGenerator(seed: 9)
        var breaker = CircuitBreaker()
        for step in 0..<10_000 {
            let admitted = breaker.admit(.send, at: instant(step * 10), sendsWait: true)
            let permit = try #require(admitted)
            #expect(breaker.ended(permit, step % 3 == 0 ? .failure : .success, at: instant(step * 10), using: &generator) == nil)
        }
    }
}
