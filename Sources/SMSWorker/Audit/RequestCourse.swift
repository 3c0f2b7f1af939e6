internal import Requests
internal import SMSPipeline

/// What the status and dead-letter topics have of one request: the rules of its stream of events, each event checked as it comes.
struct RequestCourse: Sendable {
    typealias Complaint = (guarantee: AuditFinding.Guarantee, what: String)

    private var idHash = 0
    private var messageIDHash: Int?
    private var lastStatus = MessageStatus.queued
    private var attempt = 0
    private(set) var firstSequence = 0
    private(set) var lastSequence = 0
    private(set) var events = 0
    private(set) var deadLetters = 0
    private(set) var isFinal = false
    private(set) var isPossibleDuplicate = false
    /// An event that does not admit a second SMS.
    private(set) var hasPlainEvent = false
    /// An event that says the provider has it, though an earlier attempt may have become an SMS.
    private(set) var wasSentAgain = false

    mutating func addDeadLetter() { deadLetters += 1 }

    mutating func add(_ event: PublishedEvent) -> [Complaint] {
        defer { take(event) }
        var complaints: [Complaint] = []
        if event.status.isFinal, !event.isFinal { complaints.append((.exactlyOnce, "\(event.status.name) is not final")) }
        guard events > 0 else { return complaints }
        if event.requestID.hashValue != idHash { complaints.append((.exactlyOnce, "its events name two request ids")) }
        if event.sequence <= lastSequence {
            complaints.append((.exactlyOnce, "sequence \(event.sequence) comes again, behind \(lastSequence)"))
            return complaints
        }
        if event.sequence > lastSequence + 1 {
            complaints.append((.exactlyOnce, "sequence \(event.sequence) follows \(lastSequence)"))
        }
        if isFinal {
            complaints.append((.exactlyOnce, event.isFinal ? "it has a second final event" : "an event follows the final one"))
        } else if event.status < lastStatus {
            complaints.append((.exactlyOnce, "its status goes back from \(lastStatus.name) to \(event.status.name)"))
        }
        if let attempt = event.attempt, attempt < self.attempt {
            complaints.append((.noHiddenDuplicate, "its attempt goes back from \(self.attempt) to \(attempt)"))
        }
        if isPossibleDuplicate, !event.isPossibleDuplicate {
            complaints.append((.noHiddenDuplicate, "possibleDuplicate is taken back"))
        }
        if let messageIDHash, let id = event.messageID, id.hashValue != messageIDHash {
            complaints.append((.noHiddenDuplicate, "its events name two messages of the provider"))
        }
        return complaints
    }

    private mutating func take(_ event: PublishedEvent) {
        if events == 0 {
            idHash = event.requestID.hashValue
            firstSequence = event.sequence
        }
        events += 1
        lastSequence = max(lastSequence, event.sequence)
        lastStatus = max(lastStatus, event.status)
        attempt = max(attempt, event.attempt ?? 0)
        messageIDHash = messageIDHash ?? event.messageID?.hashValue
        isFinal = isFinal || event.isFinal
        isPossibleDuplicate = isPossibleDuplicate || event.isPossibleDuplicate
        hasPlainEvent = hasPlainEvent || !event.isPossibleDuplicate
        wasSentAgain = wasSentAgain || event.isPossibleDuplicate && event.status != .failed
    }
}
