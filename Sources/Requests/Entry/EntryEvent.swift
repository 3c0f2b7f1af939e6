/// What a decision about an entry has to say to the reader of the status topic; the entry's echo is added when it is written.
package struct EntryEvent: Equatable, Sendable {
    package struct Reason: Equatable, Sendable {
        /// What a reader branches on: the list is closed, that of the codes is open.
        package enum Kind: String, CaseIterable, Equatable, Sendable {
            /// The provider, or a rule of the operator's, did not take it.
            case refused
            /// Taken, and not delivered.
            case undelivered
            case expired
            case cancelled
            /// An SMS may have gone out.
            case unknown
            /// An operator's word.
            case resolved
            /// No final status came.
            case untracked
        }

        /// The provider's code verbatim, or one of ours.
        package let code: String
        package let kind: Kind
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
