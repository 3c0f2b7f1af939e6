internal import Requests
internal import Time

/// Commands: records on the request topic that cancel a waiting request, resolve a held one, or forget a closed one.
extension Pipeline {
    func perform(_ command: Command, assignment: Assignment, offset: Int64) {
        // The command itself leaves no entry: its offset goes with whatever it changes, or alone.
        let advance = offset.clampedSum(1)
        guard let found = assignment.live[RequestHash(id: command.id)] else {
            if command.action == .forget { return forget(command, assignment: assignment, advance: advance) }
            drop(command, "there is no open request with this id here", assignment: assignment, advance: advance)
            return
        }
        switch (command.action, found) {
        case (.cancel, .active(let request)):
            guard request.entry.state == .waiting else {
                drop(command, "its attempt has begun, or it is held", assignment: assignment, advance: advance)
                return
            }
            guard let event = request.entry.cancel(at: wallNow) else {
                drop(command, "an earlier attempt may have become an SMS", assignment: assignment, advance: advance)
                return
            }
            tell(.commandApplied)
            publish(request, event, advance: advance)
        case (.cancel, .tracked):
            drop(command, "the provider has accepted it", assignment: assignment, advance: advance)
        case (.resolve(let resolution), .active(let request)):
            guard request.entry.state == .held else {
                drop(command, "it is not held", assignment: assignment, advance: advance)
                return
            }
            tell(.commandApplied)
            resolve(request, resolution, advance: advance)
        case (.resolve, .tracked):
            drop(command, "it is not held", assignment: assignment, advance: advance)
        case (.forget, _):
            drop(command, "it is open: its final event is not published", assignment: assignment, advance: advance)
        }
    }

    /// The tombstone is what a sweep would write when the window is over.
    private func forget(_ command: Command, assignment: Assignment, advance: Int64) {
        guard assignment.dedup.forget(RequestHash(id: command.id)) else {
            drop(command, "there is no closed request with this id here", assignment: assignment, advance: advance)
            return
        }
        tell(.commandApplied)
        tell(.tombstones(1))
        append(assignment, advance: advance) { $0.tombstone(key: command.id) }
    }

    private func resolve(_ request: PendingRequest, _ resolution: Command.Resolution, advance: Int64) {
        let wall = wallNow
        switch resolution {
        case .sent(let messageIDs):
            if request.entry.submission != nil { return resolveParts(request, messageIDs, advance: advance) }
            let event = request.entry.resolveSent(messageIDs: messageIDs, at: wall)
            publish(request, event, advance: advance)
        case .failed:
            let event = request.entry.resolveFailed(at: wall)
            publish(request, event, advance: advance)
        case .resend:
            request.entry.resolveResend(at: wallNow)
            // A part that has failed since for good is the message's end.
            if let event = request.entry.failedPart(at: wall) { return publish(request, event, advance: advance) }
            waitAgain(request, advance: advance)
        }
    }

    /// It is held no more, and what is not taken is sent.
    func waitAgain(_ request: PendingRequest, advance: Int64? = nil, completion: CommitQueue.Completion = .none) {
        request.pausesCountedUntil = now
        _ = queue.join(request)
        write(request, advance: advance, completion: completion)
        wait(request)
    }

    /// Parts that went out by an operator's word. What receipts of before say of their ids is looked for from where the request began; until that
    /// is written down, the partition's position is there too: the next owner would have to look as well.
    private func resolveParts(_ request: PendingRequest, _ texts: [String], advance: Int64) {
        guard let submission = request.entry.submission else { return }
        let ids = submission.named(texts)
        let (key, hash) = (request.assignment.key, request.hash)
        if let parts = gateway.parts, !ids.isEmpty, submission.account == door.desk.settings?.account {
            door.desk.want(
                CatchUp(
                    asker: .resolved(key, request.assignment.id, hash, door.desk.holdForLookingBack()),
                    ids: Set(ids.values.map(parts.receiptID)),
                    from: ReceiptPosition(next: max(0, door.desk.start(of: request.entry)), timestamp: -1)))
        }
        let event = request.entry.resolveSent(ids: ids, at: wallNow)
        if let event { publish(request, event, advance: advance) } else { waitAgain(request, advance: advance) }
    }

    private func drop(_ command: Command, _ reason: String, assignment: Assignment, advance offset: Int64) {
        tell(.commandDropped(command.action, id: command.id, assignment.key, reason: reason))
        advance(assignment, to: offset)
    }
}
