internal import Requests
internal import SMSPipeline

/// How many records of the request topics an audit has seen, by what became of them.
package struct AuditCounts: Equatable, Sendable {
    /// With their final event.
    package internal(set) var ended = 0
    package internal(set) var deadLetters = 0
    /// In the ledger, without a final event.
    package internal(set) var open = 0
    /// Of an id that an earlier record of the partition has.
    package internal(set) var repeats = 0
    package internal(set) var commands = 0
    /// Behind the group's offset.
    package internal(set) var unread = 0
    /// What would tell has been deleted by retention.
    package internal(set) var tooOld = 0
    package internal(set) var lost = 0
    /// Records of the ledgers that no worker of this format wrote.
    package internal(set) var damaged = 0
    /// Records of the request topics that were held against the rest.
    package var judged: Int { ended + deadLetters + open + repeats + commands + tooOld + lost }

    /// On the status topic.
    package internal(set) var events = 0
}
