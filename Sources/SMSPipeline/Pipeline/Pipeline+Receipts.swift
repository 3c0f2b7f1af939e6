internal import Requests
package import Time

/// Receipts: read by every replica, matched with the parts that are known here, applied with what the ledger says of them.
extension Pipeline {
    package func receipts(_ event: ReceiptLogEvent, at clock: Now) {
        set(clock)
        switch event {
        case .started(let position): door.desk.started(at: position, at: now)
        case .read(let receipts, let next):
            for receipt in receipts { take(receipt) }
            door.desk.reached(next)
        case .found(let tag, let result): found(tag, result)
        case .end(let tag, let end): door.desk.answered(tag, end: end)
        case .failed(let error): tell(.receiptsTrouble(error))
        case .broken(let next, let lost):
            door.desk.beginAgain(at: next, wallNow)
            tell(.receiptsLost(lost))
        }
    }

    private func take(_ receipt: Receipt) {
        let verdict = door.desk.take(receipt)
        tell(.receipt(verdict))
        guard case .matches(let place) = verdict, let status = receipt.status else { return }
        // What says nothing new of an old part may be the first word on another one, which has its id again.
        if !learn(place, status) { door.desk.keep(receipt) }
    }

    /// A receipt's word on a part, in whatever state its request is.
    ///
    /// - Returns: whether it says anything new.
    @discardableResult
    private func learn(_ place: PartPlace, _ status: MessageStatus) -> Bool {
        guard let assignment = partitions[place.partition], assignment.isAlive, let open = assignment.live[place.request] else {
            return false
        }
        switch open {
        case .tracked(let handle):
            return follow(handle) { tracker, _, clock, _ in tracker.learn(handle, part: place.part, status, at: clock) }
        case .active(let request):
            // Not in the ledger before the attempt's end: until then no position passes its beginning.
            if let tag = request.attempt, let isNews = attempts[tag]?.underWay?.learn(place.part, status) { return isNews }
            guard case .changed(let event) = request.entry.learn(part: place.part, status, at: wallNow) else { return false }
            if let event { publish(request, event) } else if request.attempt == nil { write(request) }
            return true
        }
    }

    // MARK: Opening a partition

    /// What receipts of before say of a restored partition is known before it opens: they are looked for from where its ledger says that all is
    /// applied, up to the tail of now; from there on the tail keeps what it reads.
    ///
    /// - Returns: false: there is nothing to look for.
    func catchUp(_ assignment: Assignment, _ ledger: RestoredLedger, at offset: Int64) -> Bool {
        guard let settings = door.desk.settings, let parts = gateway.parts else { return false }
        var ids: Set<RequestHash> = []
        var lowest = Int64.max
        var lowestLate = Int64.max
        var highest: Int64 = 0
        ledger.visitSubmissions { entry, submission in
            guard submission.account == settings.account else { return }
            let start = door.desk.start(of: entry)
            lowest = min(lowest, max(0, start))
            highest = max(highest, start)
            for id in submission.messageIDs + attempts.messageIDs(mark: entry.mark) { ids.insert(parts.receiptID(id)) }
            guard let late = attempts.late(RequestHash(id: entry.echo.id), at: entry.offset, of: assignment.key) else { return }
            ids.insert(parts.receiptID(late.id))
            lowestLate = min(lowestLate, max(0, start))
        }
        guard lowest < .max else { return false }
        assignment.catchingUp = Assignment.Opening(ledger: ledger, offset: offset, hold: door.desk.holdForOpening(assignment.key))
        let applied = CatchUp.start(ledger.recorded?.receipts, fingerprint: settings.fingerprint, lowest: lowest)
        // Another owner may have been here between, who knew nothing of it and went on.
        let from = lowestLate < applied.next ? ReceiptPosition(next: lowestLate, timestamp: -1) : applied
        var known = [applied, ReceiptPosition(next: highest, timestamp: -1)]
        known.removeAll { $0.next <= from.next }
        door.desk.want(CatchUp(asker: .opening(assignment.key, assignment.id), ids: ids, from: from, known: known))
        return true
    }

    /// One search at a time, for all who wait for one.
    func lookBack() {
        guard let log = door.log, let (search, tag) = door.desk.nextSearch(at: now) else { return }
        log.search(search, tag: tag)
    }

    private func found(_ tag: UInt64, _ result: Result<ReceiptFindings, BrokerError>) {
        let asked = door.desk.found(tag)
        switch result {
        case .failure(let error):
            tell(.receiptsTrouble(error))
            door.desk.wantAgain(asked, at: now + .seconds(1))
            return wake(at: now + .seconds(1))
        case .success(let findings):
            tell(.receiptsFound(findings.readCount, lost: findings.lost))
            if !asked.isEmpty { door.desk.learn(findings, at: wallNow) }
            for catchUp in asked { answer(catchUp, findings.receipts) }
        }
        wake(at: now)
    }

    private func answer(_ catchUp: CatchUp, _ receipts: [Receipt]) {
        switch catchUp.asker {
        case .opening(let key, let id):
            guard let session = life.session, let assignment = partitions.living(key, id), let opening = assignment.catchingUp else {
                return
            }
            guard assignment.phase == .restoring else { return }
            open(assignment, opening.ledger, at: opening.offset, session, receipts)
        case .resolved(let key, let id, let request, _):
            if let assignment = partitions.living(key, id) { answer(request, of: assignment, receipts) }
            door.desk.lookedBack(catchUp)
        }
    }

    /// What the log says of ids that an operator gave, and behind that what has been kept of them.
    private func answer(_ hash: RequestHash, of assignment: Assignment, _ receipts: [Receipt]) {
        let entry: LedgerEntry?
        switch assignment.live[hash] {
        case .active(let request): entry = request.entry
        case .tracked(let handle): entry = tracker.entry(handle)
        case nil: entry = nil
        }
        guard let entry, let submission = entry.submission else { return }
        var kept: [(PartPlace, [MessageStatus])] = []
        for (part, state) in submission.parts.enumerated() where !state.id.isEmpty {
            let statuses = register(entry, part, state.id, hash, assignment.key)
            kept.append((PartPlace(entry, part, of: hash, in: assignment.key, door.desk), statuses))
        }
        apply(receipts, to: assignment.key) { $0.request == hash }
        applyKept(kept)
        // The position passes what was found, whatever attempt runs: it is written now.
        if case .active(let request)? = assignment.live[hash], request.attempt != nil { write(request) }
    }

    /// Those of one partition, in the order of their numbers.
    func apply(_ receipts: [Receipt], to key: PartitionKey, where isMeant: (PartPlace) -> Bool = { _ in true }) {
        for receipt in receipts {
            guard let place = door.desk.match(receipt), place.partition == key, isMeant(place), let status = receipt.status else {
                continue
            }
            learn(place, status)
        }
    }

    /// Parts whose ids the ledger has; what was kept of them is applied behind what was found, which came before.
    func registerParts(of ledger: RestoredLedger, _ assignment: Assignment) -> [(PartPlace, [MessageStatus])] {
        var kept: [(PartPlace, [MessageStatus])] = []
        ledger.visitSubmissions { entry, submission in
            let hash = RequestHash(id: entry.echo.id)
            for (index, part) in submission.parts.enumerated() where !part.id.isEmpty {
                let statuses = register(entry, index, part.id, hash, assignment.key)
                if !statuses.isEmpty { kept.append((PartPlace(entry, index, of: hash, in: assignment.key, door.desk), statuses)) }
            }
        }
        return kept
    }

    /// What was found is written down with this turn, or the partition is nobody's any more.
    func caughtUp(_ assignment: Assignment) {
        if let hold = assignment.catchingUp?.hold { door.desk.opened(assignment.key, hold) }
        assignment.catchingUp = nil
    }

    func applyKept(_ kept: [(PartPlace, [MessageStatus])]) {
        for (place, statuses) in kept { for status in statuses { learn(place, status) } }
    }

    // MARK: Positions

    /// Up to where receipts are applied by what was appended so far. Nil: as the last transaction said; a partition that is given back stands
    /// still, and one that is being opened says what its ledger says.
    func appliedReceipts(_ assignment: Assignment) -> LedgerCodec.AppliedReceipts? {
        guard assignment.phase == .open, assignment.catchingUp == nil else { return nil }
        return door.desk.applied(to: assignment.key)
    }

    /// Without other work too: the next owner reads from there.
    func renewPositions() {
        guard hasLeisure else { return }
        for assignment in partitions.inOrder where assignment.phase == .open {
            guard let applied = appliedReceipts(assignment) else { continue }
            let behind = applied.position.next.clampedDifference(assignment.coveredReceipts?.position.next ?? 0)
            let isOld = assignment.recordedAt.map { now - $0 > Upkeep.receiptsAge } ?? false
            if behind > ReceiptDesk.renewalDistance || (isOld && behind > 0) { record(assignment) }
        }
    }

    /// What is read of receipts waits for what is to be committed, and for those who may want what is kept.
    func followReceipts() {
        guard let log = door.log else { return }
        let mustWait = commits.isFull || door.desk.mustWait
        if log.isPaused != mustWait { log.isPaused = mustWait }
    }

    // MARK: The door

    /// Nothing can be sent here, and elsewhere it can: the group gets the partitions back, and they are asked for again with the next bind. No
    /// attempt runs; what waits is in the ledger.
    func giveBackWithoutABind() {
        guard door.mustGiveBack(at: now), life.session != nil, !life.isDraining else { return }
        recover("the message centre grants this account no further bind: its partitions go to replicas that have one")
    }

    func doorChanged(_ state: DoorState) {
        guard door.state != state else { return }
        door.become(state, at: now)
        wake(at: now)
        tell(.door(state))
        gates.bound(state == .open, at: now)
        if case .badCredentials(let code) = state { pauseAccount(.credentials, code: code) }
        // A bind is the answer that a pause for credentials waits for.
        if state == .open { gates.credentialsRenewed(at: now) }
        updateHealth()
    }
}
