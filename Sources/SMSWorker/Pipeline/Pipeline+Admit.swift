internal import EventLoop
internal import Requests
internal import SMSPipeline
internal import Time

/// Admission: where a request that waits stands, behind its key, a timer, or in its lane.
extension Pipeline {
    /// Takes a request into the ledger: straight to its intent where it can start now, else as waiting.
    func admit(_ request: Request, advance: Int64) {
        let assignment = request.assignment
        assignment.open[request.hash] = .active(request)
        request.pausesCountedUntil = now
        joinKey(request)
        if request.place == .runnable, canBegin(request) {
            begin(request, advance: advance)
            return
        }
        write(request, advance: advance)
        enqueue(request)
    }

    /// Puts a request behind the one before it with the same key, or makes it runnable.
    func joinKey(_ request: Request) {
        guard let key = request.orderHash else {
            request.place = .runnable
            return
        }
        if let last = request.assignment.lastWithKey.updateValue(request, forKey: key) {
            last.nextWithKey = request
            request.place = .behindKey
        } else {
            request.place = .runnable
        }
    }

    /// Accepted, closed or held: the next request of the same key may begin. One that leaves from the middle of the line (cancelled,
    /// expired) stays as a link and is passed over when its turn comes.
    func leaveKey(_ request: Request) {
        guard let key = request.orderHash else { return }
        guard request.place != .behindKey else {
            goneLinks += 1
            return
        }
        var next = request.nextWithKey
        request.nextWithKey = nil
        while let candidate = next, candidate.place != .behindKey { next = candidate.nextWithKey }
        guard let next else {
            request.assignment.lastWithKey[key] = nil
            return
        }
        next.place = .runnable
        enqueue(next)
    }

    /// Takes those links out, when there are many: one key may be blocked for hours while what stands behind it expires.
    func compactKeys() {
        guard goneLinks >= 4_096 else { return }
        goneLinks = 0
        for assignment in assignments.values {
            for case .active(let head) in assignment.open.values where head.place != .behindKey && head.place != .held {
                guard let key = head.orderHash else { continue }
                var last = head
                while let next = last.nextWithKey {
                    if next.place == .behindKey {
                        last = next
                    } else {
                        last.nextWithKey = next.nextWithKey
                        next.nextWithKey = nil
                    }
                }
                if assignment.lastWithKey[key]?.place == .gone { assignment.lastWithKey[key] = last }
            }
        }
    }

    /// Puts a waiting request where it belongs: behind a timer, or into its lane. What stands behind a key stays there.
    func enqueue(_ request: Request) {
        if !request.isCountedWaiting {
            request.isCountedWaiting = true
            waitingCount += 1
        }
        scheduleExpiry(request)
        guard request.place != .behindKey else { return }
        countScheduled(request, configuration.send.schedule == .worker && (request.entry.sendAt ?? .min) > wallNow)
        let due = startTime(request)
        if due > wallNow {
            request.place = .timer
            request.timerGeneration &+= 1
            let delay = Duration.milliseconds(due.clampedDifference(wallNow))
            timers.insert(WaitTimer(request: request, generation: request.timerGeneration, kind: .due), at: now + delay)
        } else {
            request.place = .runnable
            if request.entry.isPriority { priorityLane.runnable.append(request) } else { bulkLane.runnable.append(request) }
        }
    }

    /// No attempt before this time (ms): backoff, and `sendAt` under the worker's schedule.
    func startTime(_ request: Request) -> Int64 {
        guard configuration.send.schedule == .worker, let sendAt = request.entry.sendAt else { return request.entry.notBefore }
        return max(request.entry.notBefore, sendAt)
    }

    func stopCountingWaiting(_ request: Request) {
        guard request.isCountedWaiting else { return }
        request.isCountedWaiting = false
        waitingCount -= 1
        countScheduled(request, false)
    }

    private func countScheduled(_ request: Request, _ isScheduled: Bool) {
        guard request.isCountedScheduled != isScheduled else { return }
        request.isCountedScheduled = isScheduled
        scheduledCount += isScheduled ? 1 : -1
    }

    /// What is held against `SEND_MAX_WAITING`: one that waits for its `sendAt` counts as a tenth, or a campaign for tomorrow would stop
    /// what is to be sent today.
    var waitingLoad: Int { waitingCount - scheduledCount + (scheduledCount + 9) / 10 }

    /// A deadline also ends what never gets its turn (an account pause, a key that is blocked).
    private func scheduleExpiry(_ request: Request) {
        guard !request.hasExpiryTimer else { return }
        request.hasExpiryTimer = true
        let deadline = min(request.entry.expiresAt ?? .max, ageLimit(request))
        let delay = max(0, min(deadline.clampedDifference(wallNow), 31_536_000_000))
        timers.insert(WaitTimer(request: request, generation: 0, kind: .expiry), at: now + .milliseconds(delay))
    }

    /// Milliseconds since 1970 at which `SEND_MAX_AGE` is reached, by what is known of pauses now.
    func ageLimit(_ request: Request) -> Int64 {
        let start = max(request.entry.admittedAt, request.entry.sendAt ?? 0)
        let paused = account.paused(since: request.pausesCountedUntil, until: now).milliseconds + request.entry.pausedMilliseconds
        return start.clampedSum(configuration.send.maxAge.milliseconds).clampedSum(paused)
    }

    /// The sentence of an expiry, or nil while there is time.
    func expiry(_ request: Request, at now: Int64) -> String? {
        if let expiresAt = request.entry.expiresAt, now >= expiresAt { return "expiresAt had passed" }
        if now >= ageLimit(request) { return "it had waited longer than SEND_MAX_AGE" }
        return nil
    }

    func runTimers() {
        while let timer = timers.popDue(now) {
            let request = timer.request
            guard request.assignment.isAlive, request.entry.state == .waiting else {
                if timer.kind == .expiry { request.hasExpiryTimer = false }
                continue
            }
            switch timer.kind {
            case .due:
                guard request.place == .timer, request.timerGeneration == timer.generation else { continue }
                enqueue(request)
            case .expiry:
                request.hasExpiryTimer = false
                guard request.assignment.phase == .open else { continue }
                if let reason = expiry(request, at: wallNow) {
                    expire(request, reason)
                } else {
                    scheduleExpiry(request)
                }
            }
        }
    }
}
