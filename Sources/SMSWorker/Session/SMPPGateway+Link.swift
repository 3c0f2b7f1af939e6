internal import EventLoop
internal import Logging
internal import Requests
package import SMPP
internal import SMSPipeline
internal import Time

/// What the links ask and tell.
extension SMPPGateway: LinkOwner {
    /// As long as a message centre that is asked too much of is left alone.
    private static let pause = Duration.seconds(1)

    package func nextPart(for link: Link) -> Part? {
        guard case .open = door.state else { return nil }
        while let part = queue.next() {
            if mayBegin(part.token) { return part }
            tell(.part(tag: part.token, nil))
        }
        return nil
    }

    package func link(_ link: Link, _ event: LinkEvent) {
        switch event {
        case .session(let event): told(link, event)
        case .invalid(let token, _): tell(.part(tag: token, .refused(code: Self.unwritable)))
        case .waiting(let wait, let why):
            door.waits(link.kind, why)
            giveUpQueue()
            if door.isOneTooMany(link.kind) { giveUpOther(of: link) }
            noteWaiting(wait, why)
        case .left:
            door.ends(link.kind, "it has unbound")
            giveUpQueue()
            left(link)
        }
        tellDoor()
        tellNow()
    }

    private func other(of link: Link) -> Link? { links.first { $0 !== link } }

    /// Half a pair is of no use, and another replica may have the other half: neither would ever have both.
    private func giveUpOther(of link: Link) {
        guard let other = other(of: link), other.isBound else { return }
        other.leave(within: settings.responseTimeout)
    }

    func isWithoutItsOther(_ link: Link) -> Bool { other(of: link).map { door.isOneTooMany($0.kind) } ?? false }

    private func told(_ link: Link, _ event: SMPP.SessionEvent) {
        switch event {
        case .bound:
            counts.binds += 1
            door.bound(link.kind)
            if !door.isLeaving, door.canKeepReceipts { other(of: link)?.start() }
            log.info("bound to the message centre", metadata: [LogKeys.host: "\(settings.host)"])
        case .answered(let tag, let answer, let isLate): answered(link, tag, answer, isLate)
        case .unanswered(let tag):
            queue.isLate(tag)
            tell(.part(tag: tag, .unknown(reason: "the message centre did not answer in time")))
        case .givenUp(let tag): if queue.isOver(tag) { tell(.latePart(tag: tag, id: nil)) }
        case .delivery(let delivery): take(delivery, of: link)
        case .notice(let notice):
            counts.notices += 1
            if notice == .deliveryDropped { keeper.notTaken() }
        case .ended(let ending): ended(link, ending)
        }
    }

    private func answered(_ link: Link, _ tag: UInt64, _ answer: PartAnswer, _ isLate: Bool) {
        let outcome = PartOutcome(answer)
        if case .notSent(let remedy) = answer.verdict {
            if remedy == .slowDown {
                counts.throttles += 1
                tell(.later(Self.pause))
            }
            if remedy == .rebind {
                door.ends(link.kind, "the message centre takes no parts on this bind: \(answer.status)")
                giveUpQueue()
            }
        }
        guard !isLate else {
            guard queue.isOver(tag) else { return }
            if case .accepted(let id, _) = outcome { return tell(.latePart(tag: tag, id: id)) }
            return tell(.latePart(tag: tag, id: nil))
        }
        tell(.part(tag: tag, outcome))
        // This was the last word.
        if case .unknown = outcome { tell(.latePart(tag: tag, id: nil)) }
    }

    private func ended(_ link: Link, _ ending: Ending) {
        let reason = ending.reason.description
        door.ends(link.kind, reason)
        for tag in ending.notSent { tell(.part(tag: tag, .notSent(reason: reason))) }
        for tag in ending.unknown {
            tell(.part(tag: tag, .unknown(reason: reason)))
            tell(.latePart(tag: tag, id: nil))
        }
        if link === self.link { for tag in queue.takeLate() { tell(.latePart(tag: tag, id: nil)) } }
        giveUpQueue()
    }

    /// What says nothing of a message of ours is not asked for again: it would never say more.
    private func take(_ delivery: Delivery, of link: Link) {
        guard let receipt = delivery.receipt, receipt.hasID else {
            counts.others += 1
            return link.answer(delivery.handle)
        }
        counts.receipts += 1
        keeper.write(ReceiptRecord(receipt, account: settings.account)) { [weak link] in link?.answer(delivery.handle) }
    }

    private func noteWaiting(_ wait: Duration, _ why: LinkEvent.Failure) {
        let words = why.description
        guard !door.isLeaving, let suppressed = notices.admit(words, at: loop.now.nanoseconds) else { return }
        log.warning(
            "there is no bind to the message centre; it is tried again",
            metadata: [
                LogKeys.host: "\(settings.host)", LogKeys.reason: "\(words)", LogKeys.milliseconds: "\(wait.milliseconds)",
                LogKeys.suppressed: "\(suppressed)",
            ])
    }
}
