/// What a decision about an entry has to say to the reader of the status topic; the entry's echo is added when it is written.
package struct EntryEvent: Equatable, Sendable {
    package struct Reason: Equatable, Sendable {
        /// The provider's code verbatim, or one of ours.
        package let code: String
        /// One harmless sentence: no phone, no text.
        package let message: String?
    }

    package let status: MessageStatus
    package let isFinal: Bool
    /// 1, 2, 3 … of one request.
    package let sequence: UInt16
    /// Nil where no attempt was made.
    package let attempt: Int?
    package let reason: Reason?
    package let isPossibleDuplicate: Bool
}
