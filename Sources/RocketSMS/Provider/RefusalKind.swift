/// What a provider's error code means for the message that it refuses.
public enum RefusalKind: String, Equatable, Sendable {
    /// The credentials are bad: nothing can be sent until they are changed.
    case account
    /// The account is empty: nothing can be sent until it is filled.
    case credit
    /// Not taken now: try again.
    case transient
    /// Every other code. Whether it is about this message (`BAD_PHONE`) or about the account in a way that the vendor does not
    /// document, the code does not say.
    case permanent
}
