internal import Requests
internal import SMSPipeline

/// What events, dead letters and ledger say together of one record of a request topic that was read. Pure.
struct RequestVerdict {
    enum End: Equatable {
        case ended, deadLetter, open, repeats
        /// - mayRepeat: an id that nobody remembers any more would explain it.
        case missing(mayRepeat: Bool, what: String)
    }

    /// What the ledger has of the record's id.
    struct Memory {
        /// Of this very record.
        var own: AuditLedger.Look?
        /// Its last record cannot be understood.
        var isUnreadable = false
        /// An earlier record of the partition had it.
        var isRepeat = false
    }

    let complaints: [RequestCourse.Complaint]
    let end: End

    /// Of a record that cannot become a request.
    init(bad course: RequestCourse) {
        complaints = Self.ends(course)
        if course.deadLetters > 0 {
            end = .deadLetter
        } else if course.events > 0 {
            end = .ended
        } else {
            end = .missing(mayRepeat: false, what: "it cannot become a request, was read, and has no dead letter")
        }
    }

    /// - Parameter seesAll: no event of it can have been missed.
    init(_ request: SendRequest, _ course: RequestCourse, _ memory: Memory, seesAll: Bool) {
        var complaints = Self.ends(course)
        if course.wasSentAgain, request.onUnknown == .fail {
            complaints.append((.noHiddenDuplicate, "it was sent again after an unknown outcome, though its onUnknown is fail"))
        }
        if let own = memory.own { complaints += Self.comparison(own, course, seesAll: seesAll) }
        self.complaints = complaints
        end = Self.end(course, memory)
    }

    private static func ends(_ course: RequestCourse) -> [RequestCourse.Complaint] {
        var complaints: [RequestCourse.Complaint] = []
        if course.deadLetters > 1 { complaints.append((.nothingLost, "it has \(course.deadLetters) dead letters")) }
        if course.deadLetters > 0, course.events > 0 { complaints.append((.nothingLost, "it has a dead letter and events")) }
        return complaints
    }

    /// What the ledger says of its events is in them.
    private static func comparison(_ look: AuditLedger.Look, _ course: RequestCourse, seesAll: Bool) -> [RequestCourse.Complaint] {
        var complaints: [RequestCourse.Complaint] = []
        if look.hasUnknownOutcome, course.hasPlainEvent {
            complaints.append((.noHiddenDuplicate, "the ledger knows of an unknown outcome, an event does not say possibleDuplicate"))
        }
        if let sequence = look.sequence, course.lastSequence < sequence, seesAll {
            complaints.append((.exactlyOnce, "the ledger stands at sequence \(sequence), its events at \(course.lastSequence)"))
        }
        return complaints
    }

    static let closedWithoutEnd = "the ledger has closed it, and it has no final event"

    private static func end(_ course: RequestCourse, _ memory: Memory) -> End {
        if course.isFinal { return .ended }
        if course.deadLetters > 0 { return .deadLetter }
        if let own = memory.own { return own.isOpen ? .open : .missing(mayRepeat: false, what: closedWithoutEnd) }
        if course.events > 0 {
            return .missing(mayRepeat: false, what: "it has events, but neither a final one nor a ledger entry")
        }
        if memory.isUnreadable { return .open }
        if memory.isRepeat { return .repeats }
        return .missing(mayRepeat: true, what: "it was read, and has neither a final event nor a dead letter nor a ledger entry")
    }
}
