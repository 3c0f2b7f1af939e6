/// What a record turned out to be. Every record is exactly one of these.
package enum DecodedRecord: Equatable, Sendable {
    case request(SendRequest)
    case command(Command)
    case deadLetter(DeadLetterReason)
}
