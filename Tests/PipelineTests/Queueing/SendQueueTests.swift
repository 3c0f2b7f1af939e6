import PipelineSupport
import TestSupport
import Testing
import Time

@testable import Requests
@testable import SMSPipeline

@Suite struct SendQueueTests {
    private let start = MonotonicInstant(nanoseconds: 1_000_000_000)
    private let assignment = openAssignment(1)

    private static func openAssignment(_ number: UInt64) -> Assignment {
        let topic = RequestTopic(name: "r", ledgerName: "r.ledger", isPriority: false)
        let made = Assignment(
            id: AssignmentID(value: number), topic: topic, partition: Int32(number), at: MonotonicInstant(nanoseconds: 0))
        made.phase = .open
        return made
    }

    private func request(isStrict: Bool = false, key: UInt8? = nil, isPriority: Bool = false) -> PendingRequest {
        PendingRequest(
            entry: .sample(isPriority: isPriority), assignment: assignment, hash: RequestHash(id: [1]),
            orderHash: key.map { RequestHash(recordKey: [$0], isPriority: false) }, isStrict: isStrict)
    }

    private func wait(_ request: PendingRequest, in queue: inout SendQueue, due: MonotonicInstant? = nil) {
        _ = queue.join(request)
        queue.wait(request, due: due, isScheduled: false, deadline: start + .seconds(3_600))
    }

    private func wait(_ request: PendingRequest, again queue: inout SendQueue) {
        queue.wait(request, due: nil, isScheduled: false, deadline: start + .seconds(3_600))
    }

    // MARK: Turns

    @Test func thePriorityLaneGoesFirstAndBulkHasItsFloor() {
        var queue = SendQueue(slots: 64)
        for _ in 0..<1_000 {
            wait(request(isPriority: true), in: &queue)
            wait(request(), in: &queue)
        }
        var bulk = 0
        for count in 1...1_000 {
            guard let next = queue.nextToBegin(where: { _, _ in true }) else { break }
            queue.intentWritten(next)
            if !next.entry.isPriority { bulk += 1 }
            // Never further behind its floor than one turn.
            #expect(bulk >= Int(Double(count) * 0.045) && bulk <= count / 15 + 1, "\(bulk) of \(count)")
        }
    }

    @Test func inALaneWhoeverCameFirstGoesFirst() {
        var queue = SendQueue(slots: 64)
        let requests = (0..<100).map { request(isStrict: $0 % 3 == 0) }
        for request in requests { wait(request, in: &queue) }
        var begun: [ObjectIdentifier] = []
        // One turn of the other line now and then apart, which has saved it up, they come in order.
        while let next = queue.nextToBegin(where: { _, _ in true }) {
            queue.intentWritten(next)
            begun.append(ObjectIdentifier(next))
        }
        let order = Dictionary(uniqueKeysWithValues: requests.enumerated().map { (ObjectIdentifier($0.element), $0.offset) })
        let places = begun.compactMap { order[$0] }
        #expect(places.count == 100)
        #expect(zip(places, 0...).allSatisfy { abs($0 - $1) <= 6 }, "\(places)")
    }

    /// Ordinary requests wait without end, and their intents take every slot: strict ones still get a twentieth of them.
    @Test(arguments: [1, 4, 64]) func aStrictRequestGetsItsSlotsUnderAnyBacklog(slots: Int) {
        var queue = SendQueue(slots: slots)
        var running: [PendingRequest] = []
        var begun = (strict: 0, all: 0)
        for _ in 0..<50 { wait(request(isStrict: true), in: &queue) }
        for _ in 0..<4_000 {
            while queue.count(.runnable) < 100 { wait(request(), in: &queue) }
            let free = slots - running.count
            while true {
                let strict = max(min(free, queue.keptForStrict) - queue.strictStocked, free - queue.stocked) > 0
                let ordinary = queue.stocked < slots * 3
                guard let next = queue.nextToBegin(where: { line, _ in line.isStrict ? strict : ordinary }) else { break }
                queue.intentWritten(next)
                queue.intentCommitted(next, lease: Lease(takenAt: start))
            }
            while running.count < slots {
                let all = slots - running.count - queue.keptForStrict
                guard let (line, next) = queue.nextToPost(where: { line, _ in line.isStrict || all > 0 }) else { break }
                queue.tookFromStock(line)
                queue.begun(next)
                running.append(next)
                begun.all += 1
                if next.isStrict { begun.strict += 1 }
            }
            if !running.isEmpty { _ = queue.left(running.removeFirst()) }
            if begun.strict == 50 { break }
        }
        #expect(begun.strict == 50)
        #expect(Double(begun.strict) / Double(begun.all) >= 0.04, "\(begun)")
    }

    /// A lease may be over before twenty others have gone: neither the turn that the intent was begun by nor what its line has saved in the
    /// stock is lost with it.
    @Test(arguments: [false, true]) func aWithdrawnIntentCostsItsLineNoTurn(isStrict: Bool) {
        var queue = SendQueue(slots: 4)
        let patient = request(isStrict: isStrict)
        wait(patient, in: &queue)
        var posts = 0
        while posts < 60, patient.place != .running {
            while queue.count(.runnable) < 10 { wait(request(isPriority: true), in: &queue) }
            while queue.stocked < 8 || patient.place == .runnable, let next = queue.nextToBegin(where: { _, _ in true }) {
                queue.intentWritten(next)
                queue.intentCommitted(next, lease: Lease(takenAt: start))
            }
            guard let (line, next) = queue.nextToPost(where: { _, _ in true }) else { break }
            queue.tookFromStock(line)
            queue.begun(next)
            _ = queue.left(next)
            if next === patient { break }
            posts += 1
            guard posts.isMultiple(of: 5), patient.place == .stock else { continue }
            queue.withdrewFromStock(isStrict ? .bulkStrict : .bulk)
            wait(patient, again: &queue)
        }
        #expect(patient.place == .gone && posts <= 21, "\(posts) others")
    }

    @Test func whatALineHasSavedIsOneTurnHoweverOftenItsIntentsAreWithdrawn() {
        var queue = SendQueue(slots: 4)
        for _ in 0..<10 { wait(request(), in: &queue) }
        var (bulk, all) = (0, 0)
        while all < 400 {
            while queue.count(.runnable) < 40 { wait(request(isPriority: true), in: &queue) }
            while queue.count(.runnable, isPriority: false) < 5 { wait(request(), in: &queue) }
            while queue.stocked < 20, let next = queue.nextToBegin(where: { _, _ in true }) {
                queue.intentWritten(next)
                queue.intentCommitted(next, lease: Lease(takenAt: start))
            }
            if all.isMultiple(of: 7) {
                while let (line, next) = queue.nextToPost(where: { line, _ in line == .bulk }) {
                    queue.withdrewFromStock(line)
                    wait(next, again: &queue)
                }
            }
            guard let (line, next) = queue.nextToPost(where: { _, _ in true }) else { break }
            queue.tookFromStock(line)
            queue.begun(next)
            _ = queue.left(next)
            all += 1
            if line == .bulk { bulk += 1 }
        }
        #expect((15...21).contains(bulk), "\(bulk) of \(all)")
    }

    // MARK: Keys

    @Test func theNextOfAKeyBeginsWhenTheOneBeforeIsThrough() {
        var queue = SendQueue(slots: 64)
        let requests = (0..<3).map { _ in request(key: 7) }
        for request in requests { wait(request, in: &queue) }
        #expect(requests.map(\.place) == [.runnable, .behindKey, .behindKey])
        // One that is cancelled in the middle of the line is passed over.
        var next = queue.left(requests[1])
        #expect(next == nil)
        next = queue.left(requests[0])
        #expect(next === requests[2] && requests[2].place == .runnable)
        next = queue.left(requests[2])
        #expect(next == nil)
        #expect(queue.keyCount == 0)
    }

    @Test func whatIsHeldLetsItsKeyGoOnAndComesBackBehindIt() {
        var queue = SendQueue(slots: 64)
        let (first, second) = (request(key: 7), request(key: 7))
        wait(first, in: &queue)
        wait(second, in: &queue)
        let next = queue.held(first)
        #expect(next === second)
        let isHead = queue.join(first)
        #expect(!isHead)
        #expect(first.place == .behindKey && queue.waiting == 2)
    }

    @Test func aLineOfTensOfThousandsCostsNoStack() {
        var queue: SendQueue? = SendQueue(slots: 64)
        for _ in 0..<200_000 { _ = queue?.join(request(key: 7)) }
        queue = nil
        let isGone = if case .none = queue { true } else { false }
        #expect(isGone)
    }

    // MARK: Timers and memory

    @Test func aTimerThatIsOutdatedIsPassedOver() {
        var queue = SendQueue(slots: 64)
        let request = request()
        wait(request, in: &queue, due: start + .seconds(1))
        queue.wait(request, due: start + .seconds(2), isScheduled: false, deadline: start + .seconds(3_600))
        let early = queue.popDue(start + .milliseconds(1_500))
        let due = queue.popDue(start + .seconds(2))
        let late = queue.popDue(start + .seconds(3))
        #expect(early == nil && due?.request === request && late == nil)
    }

    @Test func nothingIsKeptOfWhatHasLeft() {
        var queue = SendQueue(slots: 64)
        weak var gone: PendingRequest?
        for number in 0..<10_000 {
            let request = request(key: UInt8(number % 200))
            if number == 5_000 { gone = request }
            wait(request, in: &queue)
            if let next = queue.left(request) { _ = queue.left(next) }
        }
        queue.compact()
        #expect(queue.timerCount <= 64 && queue.lineCount <= 1_100 * 6 && queue.keyCount == 0)
        for _ in 0..<2 { while let next = queue.nextToBegin(where: { _, _ in true }) { queue.intentWritten(next) } }
        queue.compact()
        #expect(gone == nil)
    }

    // MARK: Counts

    /// Counted again from the requests themselves after each of many random moves.
    @Test func countsAreWhatTheRequestsSay() {
        let failure = RandomSchedules.firstFailure(of: 2_000) { random in
            var queue = SendQueue(slots: 4)
            let owner = Self.openAssignment(2)
            var requests: [PendingRequest] = []
            for _ in 0..<60 {
                let pick = requests.randomElement(using: &random)
                switch Int.random(in: 0..<8, using: &random) {
                case 0, 1:
                    let made = PendingRequest(
                        entry: .sample(), assignment: owner, hash: RequestHash(id: [1]),
                        orderHash: Bool.random(using: &random) ? RequestHash(recordKey: [3], isPriority: false) : nil,
                        isStrict: Bool.random(using: &random))
                    requests.append(made)
                    _ = queue.join(made)
                    queue.wait(
                        made, due: Bool.random(using: &random) ? start + .seconds(1) : nil, isScheduled: Bool.random(using: &random),
                        deadline: start + .seconds(9))
                case 2:
                    if let next = queue.nextToBegin(where: { _, _ in true }) { queue.intentWritten(next) }
                case 3: if let pick, pick.place == .intentQueued { queue.intentCommitted(pick, lease: Lease(takenAt: start)) }
                case 4:
                    if let (line, next) = queue.nextToPost(where: { _, _ in true }) {
                        queue.tookFromStock(line)
                        queue.begun(next)
                    }
                case 5:
                    if let pick, pick.place == .running, let next = queue.held(pick) {
                        queue.wait(next, due: nil, isScheduled: false, deadline: start + .seconds(9))
                    }
                case 6:
                    if let pick, let next = queue.left(pick) {
                        queue.wait(next, due: nil, isScheduled: false, deadline: start + .seconds(9))
                    }
                default:
                    while let due = queue.popDue(start + .seconds(2)) {
                        if due.kind == .due { queue.wait(due.request, due: nil, isScheduled: false, deadline: start + .seconds(9)) }
                    }
                }
                for place in PendingRequest.Place.allCases where place != .gone {
                    let counted = requests.count { $0.place == place }
                    if queue.count(place) != counted { return "\(place): \(queue.count(place)) instead of \(counted)" }
                }
                let waiting = requests.filter(\.place.isWaiting)
                if owner.waiting != waiting.count || owner.waitingBytes != waiting.reduce(0, { $0 + $1.weight }) {
                    return "the assignment counts \(owner.waiting) of \(waiting.count)"
                }
                if owner.scheduled != waiting.count(where: \.isScheduled) { return "\(owner.scheduled) scheduled" }
                if owner.running != requests.count(where: { $0.place == .running }) { return "\(owner.running) running" }
                let strict = requests.count { $0.isStrict && ($0.place == .intentQueued || $0.place == .stock) }
                if queue.strictStocked != strict { return "\(queue.strictStocked) strict intents instead of \(strict)" }
            }
            queue.end(owner, requests.filter { $0.place != .gone })
            return PendingRequest.Place.allCases.allSatisfy { queue.count($0) == 0 } && queue.keyCount == 0
                ? nil : "something is left of an ended assignment"
        }
        #expect(failure == nil)
    }
}
