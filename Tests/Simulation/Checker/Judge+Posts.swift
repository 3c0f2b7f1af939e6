import EventLoop
import Requests
import SMSPipeline
import SMSWorker
import Time

/// What goes to the provider, and what it takes.
extension Judge {
    /// The pipeline has made a request of it: from here on it counts against the rate.
    func submitted(_ process: SimulatedProcess, tag: UInt64) {
        countRequest()
        guard let pipeline = process.pipeline, let attempt = pipeline.attempt(tag: tag), let made = caseOfMark[attempt.mark] else {
            return find(.notDecided, "p\(process.number) submits what nobody knows")
        }
        process.submissions += 1
        countRights(process, isRetry: attempt.isRetry)
        if options.judgesTurns { judgeTurn(made, pipeline, process) }
        made.eligibleSince = nil
        made.overtaken = 0
        made.passed = 0
    }

    func polled(_ process: SimulatedProcess) { countRequest() }

    /// The last look at the lease has said yes: the first byte leaves now.
    ///
    /// - Parameter standsStill: or when the process goes on.
    func begun(_ process: SimulatedProcess, tag: UInt64, standsStill: Bool) {
        posts += 1
        guard let attempt = process.pipeline?.attempt(tag: tag), let made = caseOfMark[attempt.mark] else {
            return find(.notDecided, "p\(process.number) sends what no decided entry knows")
        }
        trace.note(
            process.number, "POST",
            "\(made.name) #\(made.attempt) \(String(attempt.mark, radix: 16))\(standsStill ? ", and stands still" : "")")
        if standsStill { made.isExcused = true }
        // A second process with the name of a static member takes its partitions at once, without the time that a lease counts with.
        let isRobbed = options.isStatic && hasTwins
        if made.state != .sending || made.mark != attempt.mark, !isRobbed {
            find(
                .notDecided,
                "\(made.name) by p\(process.number): its newest entry is \(made.state)\(made.mark == attempt.mark ? "" : ", another's intent")"
            )
        }
        if !begun.insert(attempt.mark).inserted { find(.secondPost, "\(made.name)") }
        let wall = world.wall
        if let expiresAt = made.expiresAt, wall >= expiresAt { find(.tooLate, "\(made.name)") }
        if options.schedule == .worker, let sendAt = made.sendAt, wall < sendAt { find(.beforeTime, "\(made.name)") }
        judgeKey(made)
    }

    /// Nothing earlier of its key may be left that was never held; one that a repair had read once more came later than it looks.
    private func judgeKey(_ made: RequestCase) {
        guard options.ordering == .key, made.key >= 0, !made.wasHeld, !made.isFormer else { return }
        for other in partitions[made.partition].cases {
            if other.offset >= made.offset { return }
            guard other.key == made.key, other.isPriority == made.isPriority, other.isTaken, !other.wasHeld else { continue }
            guard other.state == .waiting || other.state == .sending, other.takenAs < made.takenAs else { continue }
            return find(.keyOrder, "\(made.name) before \(other.name), which is \(other.state)")
        }
    }

    /// The provider has taken a message.
    func accepted(_ number: Int) {
        acceptedMessages += 1
        guard number >= 0, number < cases.count, cases[number].kind == .request || cases[number].kind == .copy else {
            return find(.strangeSMS, "number \(number)")
        }
        let made = cases[number]
        made.accepted += 1
        trace.note(-1, "accepted", "\(made.name), its SMS number \(made.accepted)")
        guard made.accepted > 1, !made.isExcused, !(options.isStatic && hasTwins) else { return }
        if made.isStrict, made.accepted > 1 + made.resends {
            find(.secondSMS, "\(made.name), onUnknown is \(made.policy)")
        }
        if !made.hasUnknown { find(.hiddenDuplicate, "\(made.name)") }
    }

    /// A process has the answer that its attempt was accepted.
    func learned(_ process: SimulatedProcess, tag: UInt64) {
        guard let attempt = process.pipeline?.attempt(tag: tag), let made = caseOfMark[attempt.mark] else { return }
        made.acceptedMark = attempt.mark
        made.acceptanceKnownAt = world.monotonic
    }

    // MARK: The rate

    func countRequest() {
        guard options.rateLimit > 0 else { return }
        let now = world.nanoseconds
        requestTimes.append(now)
        while requestsBefore < requestTimes.count, requestTimes[requestsBefore] <= now - 1_000_000_000 { requestsBefore += 1 }
        let count = requestTimes.count - requestsBefore
        // Each share is rounded up by itself, and a member that is put out of the group learns of it late; of two that share a name, each has
        // what the other has.
        let most =
            Int(options.rateLimit.rounded(.up)) + options.workers * Int(options.partitions) + (isInChaos ? Int(options.rateLimit) : 0)
            + (hasTwins ? Int(options.rateLimit.rounded(.up)) : 0)
        if count > most { find(.fleetRate, "\(count) in a second, the limit is \(options.rateLimit)") }
    }

    // MARK: Whose turn it is

    /// Overtaken so often, and for so long, is starved.
    private static let overtakings = 48
    private static let patience = Duration.seconds(4)
    /// So many of the others go while a line that waits saves up a turn.
    private static let turnsOfFloor = 20
    /// Of twenty requests the floor gives one to the bulk lane.
    private static let floorRun = 120

    private func judgeTurn(_ made: RequestCase, _ pipeline: Pipeline, _ process: SimulatedProcess) {
        // Places in the log name two requests then.
        if topicsWereRecreated { return }
        var bulkWaits: RequestCase?
        let now = world.monotonic
        var (strict, retries) = (0, 0)
        newlyPlaced.removeAll(keepingCapacity: true)
        pipeline.visitEligible { look in
            guard let index = index(ofRequests: look.partition), look.offset < partitions[index].cases.count else { return }
            let (other, isPriority, isRetry) = (partitions[index].cases[Int(look.offset)], look.isPriority, look.isRetry)
            guard other !== made, other.isTaken else { return }
            if other.isStrict { strict += 1 }
            if isRetry { retries += 1 }
            guard let since = seen(other, in: process, now) else {
                if other.isStrict || isRetry { newlyPlaced.append(other) }
                return
            }
            if look.isBeingWritten { return }
            // Restored: others may stand before it now that came after it.
            if other.isStrict || isRetry, other.placeCountedAt <= process.disturbedAt { newlyPlaced.append(other) }
            other.passed += 1
            if isRetry { grantWithoutRight(other, process) }
            judgeFloor(other, now - since)
            // Who is restored stands in line again, partition by partition.
            if since > process.disturbedAt { judgeLine(other, isPriority, waitsSince: world.wall - (now - since).milliseconds, made) }
            if !isPriority, made.isPriority, now - since >= Self.patience { bulkWaits = other }
            // By one that has come later, after the last restore too, and not by right of its lane.
            let placedAt = max(since, process.disturbedAt)
            guard made.admittedAt >= world.wall - (now - placedAt).milliseconds, isPriority || !made.isPriority else { return }
            other.overtaken += 1
            if other.overtaken >= Self.overtakings + other.granted, now - since >= Self.patience {
                find(
                    .starved,
                    "\(other.name) for \((now - since).milliseconds) ms by \(other.overtaken) that came later, of them \(made.name)")
            }
        }
        if !newlyPlaced.isEmpty { grantPlaces(strict: strict, retries: retries, stock: pipeline.look.intents, process) }
        priorityRun = made.isPriority && bulkWaits != nil ? priorityRun + 1 : 0
        if options.rateLimit > 0, priorityRun >= Self.floorRun, let bulkWaits {
            find(.bulkStarved, "\(bulkWaits.name) waits behind \(priorityRun) of the priority lane in a row")
        }
    }

    /// - Returns: since when it waits; nil: it was not seen at the submission before, and its wait begins now.
    private func seen(_ other: RequestCase, in process: SimulatedProcess, _ now: MonotonicInstant) -> MonotonicInstant? {
        let isNew = other.eligibleAt != process.submissions - 1 || other.eligibleIn !== process
        other.eligibleAt = process.submissions
        other.eligibleIn = process
        if !isNew, let since = other.eligibleSince { return since }
        other.eligibleSince = now
        (other.overtaken, other.passed, other.granted, other.rightAt) = (0, 0, 0, 0)
        return nil
    }

    /// What the promise grants to others: one that is not to be sent again waits for its line's share behind the others of its kind, and that
    /// is a share of the *intents*. Those that were written before it came are POSTs that it does not count (intents run ahead of the slots, and
    /// how far, `IntentStock` says). One that is tried again waits for the rights of the retries that wait with it.
    private func grantPlaces(strict: Int, retries: Int, stock: Int, _ process: SimulatedProcess) {
        for other in newlyPlaced {
            // Whatever their age: one that waited for its key, or for a timer, joins behind those that stand there.
            // Each of those that stand before it takes a turn of its own too, and one that has its turn already is not among them.
            if other.isStrict { other.granted = max(other.granted, other.passed + strict * (Self.turnsOfFloor + 1) + stock) }
            other.rightAt = max(other.rightAt, process.retryRights + Double(retries))
            other.placeCountedAt = world.monotonic
        }
    }

    /// `SEND_RETRY_BUDGET` is a promise to the provider: while the rights have not come that it waits for, whoever needs none goes on. From
    /// there on, it has no less than the others.
    private func grantWithoutRight(_ other: RequestCase, _ process: SimulatedProcess) {
        guard options.retryBudget < 1, process.retryRights < other.rightAt else { return }
        other.granted = max(other.granted, other.isStrict ? other.passed : other.overtaken)
    }

    /// As `RetryBudget` has it, of what is certain: a first attempt earns a share, and a second in which anything goes gives one besides; what
    /// a retry earns that is answered comes on top.
    private func countRights(_ process: SimulatedProcess, isRetry: Bool) {
        let share = options.retryBudget
        if !isRetry, share < 1 { process.retryRights += share / (1 - share) }
        let now = world.monotonic
        if let last = process.secondsRightAt, now - last < .seconds(1) { return }
        process.secondsRightAt = now
        process.retryRights += 1
    }

    /// Whatever the policy is: a line that waits gets one of twenty.
    private func judgeFloor(_ other: RequestCase, _ waited: Duration) {
        guard other.isStrict, other.passed >= Self.overtakings + other.granted, waited >= Self.patience else { return }
        find(.starved, "\(other.name), onUnknown is \(other.policy), for \(waited.milliseconds) ms by \(other.passed) of other lines")
    }

    /// Within a line, whoever came first goes first.
    private func judgeLine(_ other: RequestCase, _ isPriority: Bool, waitsSince: Int64, _ made: RequestCase) {
        guard isPriority == made.isPriority, !other.isStrict, !made.isStrict, other.attempt == 0, made.attempt == 1, !made.hasUnknown,
            made.sendAt == nil, made.admittedAt > waitsSince + 1
        else { return }
        find(.overtaken, "\(other.name), by \(made.name), which came \(made.admittedAt - waitsSince) ms later")
    }
}
