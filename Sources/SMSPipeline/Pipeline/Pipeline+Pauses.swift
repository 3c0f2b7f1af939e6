internal import Requests
internal import Time

/// Account pauses do not count towards `SEND_MAX_AGE`, across restarts too: what has been paused is written to the ledger now and then.
extension Pipeline {
    /// Less is not worth a record.
    private static let leastPause = Duration.seconds(1)

    /// How much of a pause a kill -9 may make us forget.
    private var saveInterval: Duration { max(.seconds(10), min(.seconds(300), settings.send.maxAge / 10)) }

    /// Each second: during a pause every interval, and once when it is over.
    func savePausesIfDue() {
        guard !isCommitStuck, !isDraining, commits.batches.count < 2 else { return }
        if account.maySend {
            guard pausesSavedAt != nil else { return }
            pausesSavedAt = nil
        } else {
            guard let last = pausesSavedAt else {
                pausesSavedAt = now
                return
            }
            guard now - last >= saveInterval else { return }
            pausesSavedAt = now
        }
        for assignment in assignmentsInOrder where assignment.phase == .open {
            for request in activeInOrder(assignment) { savePause(request) }
        }
    }

    func savePause(_ request: PendingRequest) {
        guard request.entry.state == .waiting else { return }
        let pause = account.paused(since: request.pausesCountedUntil, until: now)
        guard pause >= Self.leastPause else { return }
        request.entry.pausedMilliseconds = request.entry.pausedMilliseconds.clampedSum(pause.milliseconds)
        request.pausesCountedUntil = now
        write(request)
    }
}
