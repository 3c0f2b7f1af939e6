internal import Logging
package import Requests
internal import SMSPipeline

/// A guarantee that does not hold for a record, by what the topics show.
package struct AuditFinding: Equatable, Sendable {
    /// As the README numbers them.
    package enum Guarantee: String, CaseIterable, Sendable {
        /// No request is lost.
        case nothingLost = "G1"
        /// Sent again only where that is allowed.
        case noHiddenDuplicate = "G3"
        /// The status stream is exactly-once.
        case exactlyOnce = "G4"
    }

    package let guarantee: Guarantee
    /// The request's record; of a record that is no status event, that one.
    package let position: RecordPosition
    /// Masked where it looks like a phone number; nil where it is not known.
    package let requestID: String?
    /// The end of a sentence, without any value of a record.
    package let what: String

    init(_ guarantee: Guarantee, _ position: RecordPosition, id: String?, _ what: String) {
        self.guarantee = guarantee
        self.position = position
        requestID = id.map { Logger.Redaction.maskedID($0) }
        self.what = what
    }
}
