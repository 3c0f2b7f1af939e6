import Requests
import SMSPipeline
import Time

/// Something that must not happen, at the moment it did.
struct Finding {
    enum Kind: String, CaseIterable {
        // What is written
        case unknownRecord = "a record that no request explains"
        case afterClosed = "an entry after the closed one"
        case tombstoneOverOpen = "a tombstone over an open entry"
        case twoOfOneID = "a request taken although one with its id is open"
        case repeatTaken = "a repeat taken within the dedup window"
        case hiddenUnknown = "an unknown outcome forgotten"
        case sequence = "G4: the events' sequence"
        case afterFinal = "G4: an event after the final one"
        case statusBack = "G4: a status backwards"
        case duplicateNotSaid = "G3: an event that does not say possibleDuplicate"
        case plainFailure = "G3: a plain failure of what is an SMS"
        case offsetAhead = "G1: the committed offset is ahead of what is written"
        case offsetBack = "the committed offset went back"
        case expiredEarly = "EXPIRED without reason"
        case unknownWithoutCause = "unknown, though its POST never began and its process lives"
        case drainedAway = "an acceptance that its process knew, and did not commit before it left"
        case withdrawnWithoutCause = "an intent committed and withdrawn, with nothing in its way"
        // What is sent
        case notDecided = "G2: a POST without its decided intent"
        case secondPost = "a second POST of one intent"
        case secondSMS = "G3: a second SMS"
        case hiddenDuplicate = "G3: a second SMS that the ledger does not know of"
        case keyOrder = "a POST ahead of an earlier one of its key"
        case beforeTime = "a POST before its sendAt"
        case tooLate = "a POST after expiresAt"
        case fleetRate = "more requests in a second than the fleet may"
        case strangeSMS = "an SMS of no request"
        case partAfterStop = "a part behind one that was not taken"
        case pressed = "a part submitted though the centre has asked for a pause"
        case lateForgotten = "a part that was taken after all, and forgotten"
        // What receipts say
        case answeredEarly = "a receipt answered before it is in the log"
        case wrongStatus = "a status that the parts' receipts do not say"
        case eventBeforeAll = "an event before all parts were taken"
        case saidAgain = "an event that says nothing new"
        case wrongCount = "a failure that does not say how many parts were taken"
        case expiredUnread = "TRACKING_EXPIRED, though the log had its end in time"
        case receiptMissed = "a part of a held request that does not say what its receipts do"
        // Inside
        case invariant = "an invariant of the pipeline"
        case busy = "turns without end"
        case starved = "G5: one that could be sent is overtaken again and again"
        case overtaken = "one that came later goes first in its line"
        case bulkStarved = "G5: the bulk lane has no floor"
        case readingHeld = "G5: one key holds up the reading of the others"
        case wrongRival = "ended for a rival that there is not"
        case failedEnd = "ended by a failure"
        case slowStop = "a stop that takes longer than its bound"
        // At rest
        case lost = "G1: lost"
        case notLive = "G5: not ended, hours after the last fault"
        case memory = "memory is not the ledger"
        case audit = "the audit finds something"
        case endless = "more steps than a schedule has"
    }

    let kind: Kind
    let text: String
    /// What it is counted under: of the many that one kind holds, which.
    let label: String
    /// Since the schedule's beginning.
    let at: Duration

    init(_ kind: Kind, _ text: String, at: Duration) {
        self.kind = kind
        self.text = text
        self.at = at
        switch kind {
        case .invariant, .memory, .audit, .wrongRival, .failedEnd:
            label = kind.rawValue + ": " + String(text.drop { $0 != " " }.filter { !$0.isNumber })
        case .notLive: label = kind.rawValue + String(text.drop { $0 != ":" }.filter { !$0.isNumber })
        default: label = kind.rawValue
        }
    }
}
