internal import Requests
internal import SMSPipeline

/// What the topics say of one record of a request topic, once everything else has been read.
extension Audit {
    mutating func checkEnds(_ course: RequestCourse, _ position: RecordPosition, _ id: String?) {
        if course.deadLetters > 1 { find(.nothingLost, position, id: id, "it has \(course.deadLetters) dead letters") }
        if course.deadLetters > 0, course.events > 0 { find(.nothingLost, position, id: id, "it has a dead letter and events") }
    }

    mutating func judgeBad(_ course: RequestCourse, _ position: RecordPosition, _ timestamp: Int64, _ id: String?) {
        if course.deadLetters > 0 {
            counts.deadLetters += 1
        } else if course.events > 0 {
            counts.ended += 1
        } else {
            judgeMissing(position, timestamp, id, mayRepeat: false, "it cannot become a request, was read, and has no dead letter")
        }
    }

    mutating func judge(
        _ request: SendRequest, _ course: RequestCourse, _ position: RecordPosition, _ timestamp: Int64, _ id: String?
    ) {
        let hash = RequestHash(id: request.echo.id)
        let isFirst = current?.ids.insert(hash).inserted ?? true
        let look = current?.ledger.look(hash)
        let own = look.flatMap { $0.offset == position.offset ? $0 : nil }
        if course.wasSentAgain, request.onUnknown == .fail {
            find(.noHiddenDuplicate, position, id: id, "it was sent again after an unknown outcome, though its onUnknown is fail")
        }
        if let own { compare(own, course, position, timestamp, id) }
        if course.isFinal {
            counts.ended += 1
        } else if course.deadLetters > 0 {
            counts.deadLetters += 1
        } else if let own, own.isOpen {
            counts.open += 1
        } else if own != nil {
            judgeMissing(position, timestamp, id, mayRepeat: false, "the ledger has closed it, and it has no final event")
        } else if course.events > 0 {
            judgeMissing(position, timestamp, id, mayRepeat: false, "it has events, but neither a final one nor a ledger entry")
        } else if current?.ledger.isUnreadable(hash) == true {
            counts.open += 1
        } else if !isFirst || look.map({ $0.offset < position.offset }) == true {
            counts.repeats += 1
        } else {
            judgeMissing(
                position, timestamp, id, mayRepeat: true, "it was read, and has neither a final event nor a dead letter nor a ledger entry")
        }
    }

    /// What the ledger says of its events is in them.
    private mutating func compare(
        _ look: AuditLedger.Look, _ course: RequestCourse, _ position: RecordPosition, _ timestamp: Int64, _ id: String?
    ) {
        if look.hasUnknownOutcome, course.hasPlainEvent {
            find(.noHiddenDuplicate, position, id: id, "the ledger knows of an unknown outcome, an event does not say possibleDuplicate")
        }
        if let sequence = look.sequence, course.lastSequence < sequence, timestamp >= horizon {
            find(.exactlyOnce, position, id: id, "the ledger stands at sequence \(sequence), its events at \(course.lastSequence)")
        }
    }

    private mutating func judgeMissing(
        _ position: RecordPosition, _ timestamp: Int64, _ id: String?, mayRepeat: Bool, _ what: String
    ) {
        if position.offset >= current?.consumed ?? 0 {
            counts.unread += 1
        } else if timestamp < horizon || mayRepeat && current?.repeatHorizon.map({ timestamp < $0 }) == true {
            counts.tooOld += 1
        } else {
            counts.lost += 1
            find(.nothingLost, position, id: id, what)
        }
    }
}
