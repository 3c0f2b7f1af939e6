import SMSPipeline
import TestSupport
import Time

/// A provider and the workers that send to it, over virtual time: what it accepts a second, and what is *unknown* then, with the pace or
/// with a fixed number of slots. Workers have always more to send, or one message now and then; what fails is sent again.
struct ProviderModel {
    enum Failure: Equatable {
        /// A 5xx, a cut or lost reply: as quick as an answer.
        case quick
        /// No connection: at once.
        case refused
        /// The same as `quick`, after up to a second.
        case slow
        /// Nothing until the timeout.
        case hang
    }

    /// How it serves what it has taken. What the worker no longer waits for is served too: it does not know that.
    enum Service {
        /// Any number at a time.
        case free
        /// One after another, so many a second, as the time (in seconds) goes by; without a bound.
        case queue(perSecond: (Double) -> Double)
        /// The same, but beyond so many under way at a time each takes longer by the square of how many more they are.
        case crowd(perSecond: Double, good: Double)
    }

    // MARK: What is modelled; times in seconds

    var workers = 1
    var slots = 16
    var hasPace = true
    var timeout = 15.0
    var service = Service.free
    /// On the way and in the provider, whatever else: one of this range.
    var latency = 0.02...0.05
    /// The share of requests that fail, each in one of the ways.
    var failing = 0.0
    var ways = [Failure.quick]
    /// All fail in this way while it lasts.
    var outage = 0.0..<0.0
    var outageWay = Failure.quick
    /// Requests a second of a worker at most; 0: no limit.
    var rate = 0.0
    /// Seconds between two messages; 0: there is always another.
    var interval = 0.0

    // MARK: What came of it, in each second

    private(set) var attempts: [Int] = []
    private(set) var accepted: [Int] = []
    private(set) var unknown: [Int] = []
    /// Of the first worker.
    private(set) var changes: [(at: Double, change: Pace.Change)] = []

    private(set) var generator: SeededGenerator
    private var now = 0.0
    private var fleet: [Worker] = []
    private var events = EventHeap()
    /// When what the provider has taken ends, in the order of the queue.
    private var ends = [Double]()
    private var firstEnd = 0

    private struct Worker {
        var pace: Pace
        var running = 0
        var tokens = 1.0
        var filledAt = 0.0
        var backlog = 0
        var wakeAt = Double.infinity
    }

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    static func instant(_ seconds: Double) -> MonotonicInstant { MonotonicInstant(nanoseconds: Int64(seconds * 1e9)) }

    // MARK: Questions

    static func sum(_ counts: [Int], _ range: Range<Int>) -> Double { Double(counts[range].reduce(0, +)) }

    func acceptedPerSecond(_ range: Range<Int>) -> Double { Self.sum(accepted, range) / Double(range.count) }

    func unknownPerMillion(_ range: Range<Int>) -> Double { Self.sum(unknown, range) / max(1, Self.sum(attempts, range)) * 1e6 }

    /// Of the first worker at the end.
    var pace: Pace { fleet[0].pace }

    // MARK: The run

    /// - Returns: itself after so many seconds.
    func after(_ seconds: Int) -> ProviderModel {
        var run = self
        run.attempts = [Int](repeating: 0, count: seconds + 1)
        run.accepted = run.attempts
        run.unknown = run.attempts
        let pace = Pace(slots: slots, pollSlots: 1, requestTimeout: .nanoseconds(Int64(timeout * 1e9)))
        run.fleet = [Worker](repeating: Worker(pace: pace), count: workers)
        for index in 0..<workers {
            run.begin(index)
            if interval > 0 { run.events.insert(Event(at: 0, worker: index, what: .message)) }
        }
        while let event = run.events.popFirst(), event.at < Double(seconds) { run.happens(event) }
        return run
    }

    private mutating func happens(_ event: Event) {
        now = event.at
        switch event.what {
        case .wake: fleet[event.worker].wakeAt = .infinity
        case .message:
            fleet[event.worker].backlog += 1
            events.insert(Event(at: now + interval, worker: event.worker, what: .message))
        case .ended(let permit, let result):
            fleet[event.worker].running -= 1
            switch result {
            case .accepted: accepted[Int(now)] += 1
            case .unknown: unknown[Int(now)] += 1
            case .notSent: break
            }
            if result != .accepted { fleet[event.worker].backlog += 1 }
            guard let permit else { break }
            let ending = result == .accepted ? Pace.Ending.success : .failure
            if let change = fleet[event.worker].pace.ended(permit, ending, at: Self.instant(now), using: &generator), event.worker == 0 {
                changes.append((now, change))
            }
        }
        begin(event.worker)
    }

    private mutating func begin(_ index: Int) {
        while fleet[index].running < slots, interval == 0 || fleet[index].backlog > 0 {
            if rate > 0 {
                fleet[index].tokens = min(2, fleet[index].tokens + (now - fleet[index].filledAt) * rate)
                fleet[index].filledAt = now
                guard fleet[index].tokens >= 1 else { return wake(index, at: now + (1.000_001 - fleet[index].tokens) / rate) }
            }
            var permit: Pace.Permit?
            if hasPace {
                permit = fleet[index].pace.admit(.send, at: Self.instant(now), sendsWait: true)
                guard permit != nil else {
                    if let change = fleet[index].pace.nextChange(after: Self.instant(now)) {
                        wake(index, at: Double(change.nanoseconds) / 1e9 + 1e-6)
                    }
                    return
                }
            }
            fleet[index].tokens -= 1
            fleet[index].backlog -= 1
            fleet[index].running += 1
            attempts[Int(now)] += 1
            let (after, result) = outcome()
            events.insert(Event(at: now + after, worker: index, what: .ended(permit, result)))
        }
    }

    private mutating func wake(_ index: Int, at time: Double) {
        guard time < fleet[index].wakeAt else { return }
        fleet[index].wakeAt = time
        events.insert(Event(at: time, worker: index, what: .wake))
    }

    // MARK: The provider

    private mutating func draw() -> Double { Double(generator.next() >> 11) * 0x1p-53 }

    private mutating func outcome() -> (after: Double, Result) {
        let way = latency.lowerBound + draw() * (latency.upperBound - latency.lowerBound)
        if outage.contains(now) { return outcome(outageWay, way) }
        if failing > 0, draw() < failing { return outcome(ways[generator.below(ways.count)], way) }
        let answered = way + serve(at: now + way / 2)
        return answered < timeout ? (answered, .accepted) : (timeout, .unknown)
    }

    private mutating func outcome(_ failure: Failure, _ way: Double) -> (after: Double, Result) {
        switch failure {
        case .quick: (way, .unknown)
        case .refused: (0.001, .notSent)
        case .slow: (max(way, draw()), .unknown)
        case .hang: (timeout, .unknown)
        }
    }

    /// Takes a request.
    ///
    /// - Returns: how long it is there.
    private mutating func serve(at arrival: Double) -> Double {
        let begin = max(arrival, ends.last ?? 0)
        // Between a half and one and a half of the mean.
        let spread = 0.5 + draw()
        let end: Double
        switch service {
        case .free: return 0
        case .queue(let perSecond): end = begin + spread / perSecond(begin)
        case .crowd(let perSecond, let good):
            while firstEnd < ends.count, ends[firstEnd] <= arrival { firstEnd += 1 }
            let crowd = max(1, Double(ends.count - firstEnd) / good)
            end = begin + spread * crowd * crowd / perSecond
        }
        ends.append(end)
        return end - arrival
    }

    // MARK: Events

    enum Result: Equatable { case accepted, unknown, notSent }

    struct Event {
        enum What {
            case wake
            case message
            case ended(Pace.Permit?, Result)
        }

        let at: Double
        let worker: Int
        let what: What
    }
}

/// The earliest first.
struct EventHeap {
    private var heap: [ProviderModel.Event] = []

    mutating func insert(_ event: ProviderModel.Event) {
        heap.append(event)
        var index = heap.count - 1
        while index > 0, heap[index].at < heap[(index - 1) / 2].at {
            heap.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    mutating func popFirst() -> ProviderModel.Event? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        guard !heap.isEmpty else { return first }
        heap[0] = last
        var index = 0
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2] where child < heap.count && heap[child].at < heap[least].at { least = child }
            if least == index { return first }
            heap.swapAt(index, least)
            index = least
        }
    }
}
