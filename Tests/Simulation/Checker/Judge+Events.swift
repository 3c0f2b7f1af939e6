import EventLoop
import Requests
import SMSPipeline
import SMSWorker
import Time

/// The status stream, as a read_committed reader will see it.
extension Judge {
    func event(_ record: ClusterRecord) {
        guard let look = EventLook(record), let made = subject(of: look) else {
            return find(.unknownRecord, "a status event without its entry in the same transaction")
        }
        if made.isFinal { find(.afterFinal, "\(made.name): sequence \(look.sequence)") }
        if look.sequence != made.sequence + 1 { find(.sequence, "\(made.name): \(look.sequence) after \(made.sequence)") }
        if look.status < made.status { find(.statusBack, "\(made.name): \(look.status) after \(made.status)") }
        if look.status.isFinal, !look.isFinal { find(.statusBack, "\(made.name): \(look.status) is not final") }
        if made.hasUnknown != look.isPossibleDuplicate { find(.duplicateNotSaid, "\(made.name): sequence \(look.sequence)") }
        if made.copies != nil { judgeParts(made, look) }
        made.sequence = look.sequence
        made.status = look.status
        made.hasMessageID = made.hasMessageID || look.hasMessageID
        if look.isFinal, made.state != .closed { find(.afterFinal, "\(made.name): final, and its entry is \(made.state)") }
        guard look.isFinal else { return }
        made.isFinal = true
        judgeFailure(made, look)
    }

    /// Of the requests whose entries stand in the transaction; an id is a second one's too, after its dedup window.
    private func subject(of look: EventLook) -> RequestCase? {
        var found: RequestCase?
        for made in touched where made.offset == look.offset && made.id.elementsEqual(look.subject) {
            guard partitions[made.partition].name.elementsEqual(look.place) else { continue }
            if found == nil || made.sequence + 1 == look.sequence { found = made }
        }
        return found
    }

    private func judgeFailure(_ made: RequestCase, _ look: EventLook) {
        guard look.status == .failed else { return }
        if made.copies == nil, made.accepted > 0, !look.isPossibleDuplicate, !made.hasMessageID, !made.isExcused {
            find(.plainFailure, "\(made.name)")
        }
        let wall = world.wall
        if look.says("it had waited longer than SEND_MAX_AGE") {
            let waited = wall - max(made.admittedAt, made.sendAt ?? 0) - made.heldFor
            if waited < options.maxAge.milliseconds {
                find(.expiredEarly, "\(made.name): it had its turn for \(waited) ms, held for \(made.heldFor) ms")
            }
        } else if look.says("expiresAt had passed"), wall < made.expiresAt ?? .max {
            find(.expiredEarly, "\(made.name): expiresAt is in \((made.expiresAt ?? .max) - wall) ms")
        }
    }
}
