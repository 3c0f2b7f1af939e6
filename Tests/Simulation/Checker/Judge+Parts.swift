import EventLoop
import Requests
import SMSPipeline
import SMSWorker
import Time

/// Messages that go out part by part: what the centre takes of them, and what their events say by the parts' receipts.
extension Judge {
    // MARK: What is sent

    /// A part is about to be offered: the last look has said yes.
    func partBegun(_ process: SimulatedProcess, _ flight: PartLink.Flight, standsStill: Bool) {
        let index = flight.submission.toSubmit.firstIndex(of: flight.part) ?? -1
        if index == 0 { begun(process, tag: flight.tag, standsStill: standsStill) }
        guard let attempt = process.pipeline?.attempt(tag: flight.tag), let made = caseOfMark[attempt.mark] else {
            return find(.notDecided, "p\(process.number) sends a part of what no decided entry knows")
        }
        flight.mark = attempt.mark
        trace.note(process.number, "part", "\(made.name) \(flight.part) of \(flight.submission.parts.count), tag \(flight.tag)")
        if standsStill { made.isExcused = true }
        // Of this attempt: one of an earlier process may still be on its way.
        let answered = made.answeredParts[attempt.mark, default: 0]
        if answered != index, !(options.isStatic && hasTwins) {
            find(.partAfterStop, "\(made.name): part \(flight.part), and \(answered) of those before it were taken")
        }
        guard index > 0 else { return }
        if made.state != .sending || made.mark != attempt.mark, !(options.isStatic && hasTwins) {
            find(.notDecided, "\(made.name), part \(flight.part) by p\(process.number): its newest entry is \(made.state)")
        }
        if let expiresAt = made.expiresAt, world.wall >= expiresAt { find(.tooLate, "\(made.name), part \(flight.part)") }
    }

    /// A process has the answer that a part was accepted, in its time.
    func partAccepted(_ process: SimulatedProcess, _ flight: PartLink.Flight) {
        guard let attempt = process.pipeline?.attempt(tag: flight.tag), let made = caseOfMark[attempt.mark] else { return }
        made.answeredParts[attempt.mark, default: 0] += 1
        if flight.submission.toSubmit.last == flight.part { learned(process, tag: flight.tag) }
    }

    /// The word after *unknown*: an intent for what is left may not be needed any more.
    func acceptedLate(_ process: SimulatedProcess, _ flight: PartLink.Flight) {
        guard cases.indices.contains(flight.number), case let made = cases[flight.number] else { return }
        made.wasAcceptedLate = true
        if made.submittedMark == flight.mark { made.late = RequestCase.Late(process: process, part: flight.part, at: world.monotonic) }
    }

    /// Who has heard that a part was taken after all does not submit it again.
    func attemptSubmitted(_ process: SimulatedProcess, tag: UInt64, _ submission: Requests.Submission) {
        guard let attempt = process.pipeline?.attempt(tag: tag), let made = caseOfMark[attempt.mark] else { return }
        if let late = made.late, late.process === process, submission.toSubmit.contains(late.part), remembers(made, late) {
            find(.lateForgotten, "\(made.name), part \(late.part), p\(process.number) submits it again")
        }
        (made.submittedMark, made.late) = (attempt.mark, nil)
    }

    /// Facts are kept for an hour at most.
    private func remembers(_ made: RequestCase, _ late: RequestCase.Late) -> Bool {
        !made.isExcused && !(options.isStatic && hasTwins) && world.monotonic - late.at < .seconds(3_000)
    }

    /// The centre has taken a part.
    func taken(_ copy: PartCopy) {
        acceptedMessages += 1
        guard cases.indices.contains(copy.number), case let made = cases[copy.number], made.copies?.indices.contains(copy.part) == true
        else { return find(.strangeSMS, "number \(copy.number), part \(copy.part)") }
        made.copies?[copy.part].append(copy)
        let count = made.copies?[copy.part].count ?? 0
        made.accepted = max(made.accepted, count)
        trace.note(-1, "taken", "\(made.name), part \(copy.part), its copy \(count), id \(copy.id)")
        guard count > 1, !made.isExcused, !(options.isStatic && hasTwins) else { return }
        if made.isStrict, count > 1 + made.resends { find(.secondSMS, "\(made.name), part \(copy.part), onUnknown is \(made.policy)") }
        if !made.hasUnknown { find(.hiddenDuplicate, "\(made.name), part \(copy.part)") }
    }

    func wasTold(_ copy: PartCopy, _ status: MessageStatus) {
        trace.note(-1, "receipt", "\(copy.lastNumber): r\(copy.number), part \(copy.part), id \(copy.id): \(status)")
    }

    // MARK: What is written

    func readParts(_ made: RequestCase, _ value: UnsafeRawBufferPointer) {
        guard case .open(let entry)? = try? LedgerCodec.decode(value) else { return }
        made.parts = entry.submission?.parts ?? []
        if entry.state == .tracking { made.trackedSince = entry.trackingBase }
    }

    // MARK: What events say

    func judgeParts(_ made: RequestCase, _ look: EventLook) {
        // Read a second time by an operator's order, it may be sent anew.
        guard let copies = made.copies, cases[made.number] === made, !made.isExcused, !look.says("\"RESOLVED\"") else { return }
        guard look.isFinal else {
            if made.sequence > 0, look.status == made.status { find(.saidAgain, "\(made.name): sequence \(look.sequence)") }
            if copies.contains(where: \.isEmpty) { find(.eventBeforeAll, "\(made.name): \(look.status)") }
            return
        }
        switch look.status {
        case .delivered:
            if !copies.allSatisfy({ $0.contains { wasTold($0, .delivered) } }) { find(.wrongStatus, "\(made.name): DELIVERED") }
        case .failed where look.says("\"PROVIDER_FAILED\""):
            if !copies.contains(where: { $0.contains { wasTold($0, .failed) } }) { find(.wrongStatus, "\(made.name): PROVIDER_FAILED") }
            judgeCount(made, copies, look)
        case .failed: judgeCount(made, copies, look)
        case .queued, .sent: judgeExpiry(made, copies, look)
        }
    }

    /// Where receipts were lost, a part may still be open when another one has its id again, and be taken for that one.
    private func wasTold(_ copy: PartCopy, _ status: MessageStatus) -> Bool { receiptsWereLost || copy.fate?.status == status }

    /// What was taken in part must not look like a plain failure.
    private func judgeCount(_ made: RequestCase, _ copies: [[PartCopy]], _ look: EventLook) {
        let taken = copies.count { !$0.isEmpty }
        guard !look.isPossibleDuplicate else { return judgeKnownCount(made, taken, copies.count, look) }
        guard taken > 0 else { return }
        if taken == copies.count, look.says("\"PROVIDER_FAILED\"") { return }
        if !look.says("\(taken) of \(copies.count) parts were taken") {
            find(.wrongCount, "\(made.name): \(taken) of \(copies.count)")
        }
    }

    /// After an unknown part the ledger may know of fewer than went out, and never says less than it knows.
    private func judgeKnownCount(_ made: RequestCase, _ taken: Int, _ count: Int, _ look: EventLook) {
        let known = made.parts.count { $0.state == .accepted }
        // An operator's word counts as the centre's: all may be taken by it.
        guard made.orders.isEmpty, known > 0, known <= taken, taken < count else { return }
        if !(known...taken).contains(where: { look.says("\($0) of \(count) parts were taken") }) {
            find(.wrongCount, "\(made.name): at least \(known) of \(count), after an unknown one")
        }
    }

    private func judgeExpiry(_ made: RequestCase, _ copies: [[PartCopy]], _ look: EventLook) {
        let end = made.trackedSince + options.horizon.milliseconds
        if world.wall < end - 2 { find(.expiredEarly, "\(made.name): its horizon is in \(end - world.wall) ms") }
        guard made.parts.count == copies.count else { return }
        var fates: [(status: MessageStatus, timestamp: Int64)] = []
        for (part, copies) in zip(made.parts, copies) {
            guard copies.count == 1, copies[0].id == part.id else { return }
            if let fate = fate(copies[0]) { fates.append(fate) }
        }
        let failed = fates.filter { $0.status == .failed }.map(\.timestamp).min()
        let all = fates.count == copies.count ? fates.map(\.timestamp).max() : nil
        // Whoever does not know yet that the log is another one knows no end of it either.
        guard let decided = failed ?? all, decided < end - (receiptsWereLost ? 30_000 : 2) else { return }
        find(.expiredUnread, "\(made.name): decided \(end - decided) ms before its horizon")
    }

    // MARK: At rest

    /// What is held says of its parts what the log says.
    func judgeHeldParts(_ cluster: Cluster) {
        for made in cases where made.isTaken && made.state == .held { judgeLate(made) }
        guard !receiptsWereLost else { return }
        for made in cases where made.isTaken && made.state == .held && !made.isExcused {
            guard let copies = made.copies, made.parts.count == copies.count else { continue }
            for (part, copies) in zip(made.parts, copies) where part.state == .accepted {
                guard let copy = copies.last(where: { $0.id == part.id }), copy.status != part.status else { continue }
                find(.receiptMissed, "\(made.name): \(part.status), the log says \(copy.status)")
            }
        }
    }

    /// Whose owner has heard that the part was taken.
    private func judgeLate(_ made: RequestCase) {
        guard let late = made.late, made.parts.indices.contains(late.part), made.parts[late.part].state == .unknown, !made.isExcused,
            late.process.pipeline?.isOpen(partitions[made.partition].key) == true, !(options.isStatic && hasTwins)
        else { return }
        find(.lateForgotten, "\(made.name), part \(late.part), is unknown to p\(late.process.number)")
    }
}
