internal import Requests
internal import Time

/// Admission: a request comes into the ledger, and waits where it belongs until its attempt begins or it is too late.
extension Pipeline {
    /// Takes a request into the ledger: straight to its intent where it can start now and nobody waits before it, else as waiting.
    func admit(_ request: PendingRequest, advance: Int64) {
        request.assignment.live[request.hash] = .active(request)
        request.pausesCountedUntil = now
        request.since = now
        let line = FairLines.Line(request)
        let isHead = queue.join(request)
        if isHead, startTime(request) <= wallNow, mayBeginAtOnce(line) {
            queue.begunAtOnce(line)
            begin(request, advance: advance)
        } else {
            write(request, advance: advance)
            wait(request)
        }
    }

    /// Puts a waiting request behind its timer, or into its line.
    func wait(_ request: PendingRequest) {
        let due = startTime(request)
        queue.wait(
            request, due: due > wallNow ? now + .milliseconds(due.clampedDifference(wallNow)) : nil,
            isScheduled: settings.send.schedule == .worker && (request.entry.sendAt ?? .min) > wallNow,
            deadline: expiryTime(request))
    }

    /// No attempt before this time (ms): backoff, and `sendAt` under the worker's schedule.
    func startTime(_ request: PendingRequest) -> Int64 {
        guard settings.send.schedule == .worker, let sendAt = request.entry.sendAt else { return request.entry.notBefore }
        return max(request.entry.notBefore, sendAt)
    }

    /// A deadline also ends what never gets its turn (an account pause, a key that is blocked).
    private func expiryTime(_ request: PendingRequest) -> MonotonicInstant {
        let deadline = min(request.entry.expiresAt ?? .max, ageLimit(request))
        return now + .milliseconds(max(0, min(deadline.clampedDifference(wallNow), 31_536_000_000)))
    }

    /// Milliseconds since 1970 at which `SEND_MAX_AGE` is reached, by what is known of pauses now.
    private func ageLimit(_ request: PendingRequest) -> Int64 {
        let paused = gates.account.paused(since: request.pausesCountedUntil, until: now)
        return request.entry.ageLimit(settings.send.maxAge, paused: paused)
    }

    /// The sentence of an expiry, or nil while there is time.
    func expiry(_ request: PendingRequest) -> String? {
        if let expiresAt = request.entry.expiresAt, wallNow >= expiresAt { return "expiresAt had passed" }
        if wallNow >= ageLimit(request) { return "it had waited longer than SEND_MAX_AGE" }
        return nil
    }

    func runTimers() {
        while let due = queue.popDue(now) {
            switch due.kind {
            case .due: wait(due.request)
            case .expiry:
                guard due.request.assignment.phase == .open else { continue }
                if let reason = expiry(due.request) {
                    expire(due.request, reason)
                } else {
                    queue.expiryPostponed(due.request, to: expiryTime(due.request))
                }
            }
        }
    }
}
