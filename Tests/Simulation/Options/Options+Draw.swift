import EventLoop
import Requests
import SMSPipeline
import SMSWorker
import Time

/// Swarm testing: each seed switches whole classes off and draws the rest wildly different.
extension Options {
    init(seed: UInt64) {
        self.seed = seed
        var classes: UInt64 = 0
        var stream = Stream(seed, "classes")
        for fault in FaultClass.allCases where !fault.isDoors && stream.has(fault.share) { classes |= fault.bit }
        // Some have no trouble at all, or none with one side.
        switch stream.int(0...19) {
        case 0: classes = 0
        case 1, 2: classes &= FaultClass.mask([.repeats, .badRecords, .commands, .schedules, .expiries, .policies, .generated])
        default: break
        }
        self.classes = classes
        var draw = Stream(seed, "options")
        workers = draw.pick([1, 2, 2, 2, 3])
        partitions = Int32(draw.pick([1, 1, 2, 2, 3]))
        hasPriorityTopic = draw.has(0.3)
        requests = draw.has(0.1) ? draw.int(1...3) : draw.wild(3...20)
        keys = draw.pick([0, 1, 2, 3, 8])
        window = .milliseconds(draw.wild(100...6_000))
        chaos = .milliseconds(draw.wild(1_500...16_000))
        isCooperative = draw.has(0.6)
        isStatic = draw.has(0.35)
        session = .milliseconds(draw.pick([6_000, 6_000, 10_000, 15_000]))
        heartbeat = .milliseconds(draw.pick([1_000, 1_500, 3_000]))
        if heartbeat * 4 > session { heartbeat = session / 4 }
        transaction = .milliseconds(draw.pick([2_000, 5_000, 10_000]))
        ordering = draw.has(0.6) ? .key : .none
        schedule = draw.has(0.5) ? .worker : .provider
        policy = draw.pick([.resend, .resend, .fail, .hold])
        maxInFlight = draw.pick([1, 2, 4, 64])
        rateLimit = draw.pick([0, 0, 0, 2, 5, 20])
        maxWaiting = draw.pick([2, 5, 20, 10_000, 10_000, 10_000])
        maxAttempts = draw.int(1...4)
        maxAge = .milliseconds(draw.pick([5_000, 30_000, 120_000, 600_000]))
        backoff = .milliseconds(draw.wild(10...2_000))
        backoffMax = max(backoff, .milliseconds(draw.wild(500...20_000)))
        var commits = Stream(seed, "commits")
        overlapFrom = commits.pick([1, 1, 32])
        recordLimit = commits.pick([1, 2, 8, 2_000, 2_000])
        retryBudget = draw.pick([0, 0.1, 0.2, 1])
        requestTimeout = .milliseconds(draw.wild(500...15_000))
        drainLimit = draw.has(0.6) ? requestTimeout : .milliseconds(draw.wild(100...20_000))
        cadence = [.milliseconds(draw.wild(100...2_000)), .milliseconds(draw.wild(1_000...5_000)), .seconds(draw.int(2...10))]
        horizon = .seconds(draw.wild(3...30))
        dedupWindow = draw.has(0.5) ? .seconds(draw.wild(1...10)) : .seconds(86_400)
        dedupEntries = draw.pick([0, 1, 3, 1_000_000, 1_000_000])
        let most = draw.wild(5_000...3_000_000)
        postLatency = Int64(max(1_000, most / draw.pick([2, 10, 100])))...Int64(most)
        hasPostGap = draw.has(0.05)
        hotKeyShare = draw.has(0.15) ? 0.6 : 0
        priorityShare = draw.pick([0, 0.1, 0.5])
        var moments = Stream(seed, "moments")
        freezeInRevoke = moments.pick([0, 0, 0.5])
        killInRevoke = moments.pick([0, 0, 0.2])
        var size = Stream(seed, "size")
        isShort = !size.has(0.05)
        recountStride = size.pick([1, 4, 16, 64])
        if isShort { shorten(&size) }
        var rare = Stream(seed, "rare")
        if rare.has(isShort ? 0.002 : 0.02) { makeBacklog(&rare) }
        if rare.has(0.01) { maxAge = .seconds(86_400) }
        if rare.has(0.01) { makeLongPosts(&rare) }
        if rare.has(0.01) { makeStutter(&rare) }
        if rare.has(0.01) { makeFreezeInCommit(&rare) }
        chooseDoor()
    }

    /// As many faults and requests as one fault of the worker needs to show: most that were found need two processes and a handful of
    /// requests.
    private mutating func shorten(_ draw: inout Stream) {
        workers = draw.pick([1, 2, 2])
        partitions = Int32(draw.pick([1, 1, 2]))
        hasPriorityTopic = draw.has(0.15)
        requests = draw.pick([5, 5, 5, 6])
        window = .milliseconds(draw.wild(20...1_000))
        chaos = .milliseconds(draw.wild(300...3_000))
        if session > .seconds(10) { session = .seconds(10) }
        maxInFlight = draw.pick([1, 2, 64, 64, 64])
        rateLimit = draw.pick([0, 0, 0, 0, 0, 5])
        // Few polls, of several messages at a time: each status is a transaction.
        cadence = [.milliseconds(draw.pick([200, 1_000, 1_000])), .milliseconds(1_500), .seconds(2)]
        horizon = .milliseconds(draw.wild(1_500...4_000))
        let most = draw.wild(5_000...1_000_000)
        postLatency = Int64(max(1_000, most / draw.pick([2, 10])))...Int64(most)
        if dedupWindow < .seconds(60) { dedupWindow = draw.has(0.3) ? .seconds(draw.int(1...2)) : .seconds(86_400) }
        retryBudget = draw.pick([0.2, 1, 1])
        requestTimeout = min(requestTimeout, .seconds(4))
        drainLimit = min(drainLimit, .seconds(5))
        if draw.has(0.1) { outlast(&draw) }
    }

    /// Faults go on for longer than a session lasts: a process that stands still is evicted, and goes on beside its successor.
    private mutating func outlast(_ draw: inout Stream) {
        workers = 2
        partitions = Int32(draw.pick([1, 2, 2]))
        session = .seconds(6)
        heartbeat = min(heartbeat, session / 4)
        chaos = session * 2 + .milliseconds(draw.wild(100...4_000))
        window = chaos / 2
        classes |= FaultClass.freeze.bit
        if draw.has(0.5) {
            isStatic = true
            isCooperative = draw.has(0.8)
            freezeInRevoke = 0.7
        }
    }

    /// POSTs that take longer than a session lasts, and processes that are told to stop meanwhile: who leaves before it has drained is put
    /// out of the group in the midst of it.
    private mutating func makeLongPosts(_ draw: inout Stream) {
        session = .seconds(6)
        heartbeat = min(heartbeat, session / 4)
        postLatency = 3_000_000...6_000_000
        requestTimeout = .seconds(20)
        drainLimit = .seconds(20)
        maxInFlight = 64
        chaos = .seconds(draw.int(4...12))
        window = chaos / 2
        classes &= ~FaultClass.mask([
            .kill, .freeze, .brokerAway, .coordinator, .slowCluster, .refusal, .lostAnswers, .lateCopies, .slowMarkers,
        ])
        classes |= FaultClass.drain.bit
    }

    /// One of two stands still nearly as long as its session lasts, and takes up its work for a moment.
    private mutating func makeStutter(_ draw: inout Stream) {
        workers = 2
        partitions = Int32(draw.pick([1, 2]))
        session = .seconds(6)
        heartbeat = min(heartbeat, session / 4)
        stutters = true
        // Room for a stop of nearly a session, and for the next.
        chaos = .seconds(16)
        window = .seconds(9)
        requests = draw.int(8...16)
        // Intents that wait for a slot or for the rate when it stops.
        (maxInFlight, rateLimit) = draw.pick([(1, 0), (1, 5), (64, 5)])
        classes &= ~FaultClass.mask([.kill, .brokerAway, .coordinator, .slowCluster, .refusal, .outage, .wrongAuth, .noCredit])
        classes |= FaultClass.freeze.bit
    }

    /// One of two stands still in a transaction, until the other has its partitions, and ends it then.
    private mutating func makeFreezeInCommit(_ draw: inout Stream) {
        workers = 2
        partitions = Int32(draw.pick([1, 2]))
        session = .seconds(6)
        heartbeat = min(heartbeat, session / 4)
        transaction = .seconds(10)
        freezesInCommit = true
        chaos = .seconds(16)
        window = .seconds(12)
        requests = draw.int(8...16)
        classes &= ~FaultClass.mask([.kill, .brokerAway, .coordinator, .refusal, .outage, .wrongAuth, .noCredit])
        classes |= FaultClass.mask([.freeze, .slowMarkers])
    }

    /// More comes than can be sent, for a while: what is starved shows only then.
    private mutating func makeBacklog(_ draw: inout Stream) {
        requests = draw.int(120...300)
        window = .seconds(draw.int(3...20))
        chaos = min(chaos, .seconds(20))
        maxInFlight = draw.pick([2, 4, 8])
        postLatency = 20_000...Int64(draw.int(50_000...300_000))
        rateLimit = draw.has(0.5) ? Double(draw.pick([10, 20, 40])) : 0
        maxAge = .seconds(600)
        hasPriorityTopic = draw.has(0.5)
        priorityShare = draw.pick([0, 0.3, 0.8])
        workers = draw.int(1...2)
        maxWaiting = draw.pick([20, 10_000])
        classes &= ~FaultClass.mask(
            [.kill, .freeze, .brokerAway, .outage, .wrongAuth, .noCredit, .slowProvider].filter { _ in draw.has(0.7) })
        if draw.has(0.4) {
            // A few that must not be sent twice among many that came at once: they wait for their floor.
            (policy, policyShare) = (.resend, 0.04)
            window = .milliseconds(500)
            classes |= FaultClass.policies.bit
        }
    }
}
