internal import Requests
internal import Time

/// Attempts that go out part by part.
extension Pipeline {
    /// The end of an attempt: its list of parts, in one operation.
    func settle(_ request: PendingRequest, parts outcomes: [PartOutcome], completion: CommitQueue.Completion) {
        let delay = backoffDelay(failures: Int(max(request.entry.unknownAttempts, request.entry.failures)) + 1, atLeast: nil)
        let event = request.entry.settle(
            outcomes, default: settings.send.onUnknown, maxAttempts: settings.send.maxAttempts, notBefore: wallNow + delay, at: wallNow)
        if let event { return publish(request, event, completion: completion) }
        if request.entry.state == .held { return hold(request, completion: completion) }
        wait(request, completion: completion)
    }
}
