/// Why a record cannot become a request or a command; the raw value is the `dlq-code`.
///
/// In the order of judgement: where several apply, the first of this list is reported.
package enum DeadLetterCode: String, Sendable, CaseIterable, CustomStringConvertible {
    case noValue = "NO_VALUE"
    case badCloudEvent = "BAD_CLOUDEVENT"
    case notJSON = "NOT_JSON"
    case badKey = "BAD_KEY"
    case badCommand = "BAD_COMMAND"
    case noPhone = "NO_PHONE"
    case badPhone = "BAD_PHONE"
    case textAndTemplate = "TEXT_AND_TEMPLATE"
    case noText = "NO_TEXT"
    case badText = "BAD_TEXT"
    case badTemplate = "BAD_TEMPLATE"
    case badSender = "BAD_SENDER"
    case badID = "BAD_ID"
    case badSendAt = "BAD_SEND_AT"
    case badExpiresAt = "BAD_EXPIRES_AT"
    case badPriority = "BAD_PRIORITY"
    case badOnUnknown = "BAD_ON_UNKNOWN"
    case badMetadata = "BAD_METADATA"

    package var description: String { rawValue }
}
