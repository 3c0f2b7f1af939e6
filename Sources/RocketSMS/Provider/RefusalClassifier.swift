/// Sorts the provider's error codes. The vendor documents no complete list, so the sets are the operator's.
package struct RefusalClassifier: Equatable, Sendable {
    package var accountCodes: Set<String>
    package var creditCodes: Set<String>
    package var transientCodes: Set<String>

    /// Codes of the vendor's document and of its older clients that are about one message and nothing else.
    package static let messageCodes: Set<String> = ["NO_MESSAGE", "NO_PHONE", "BAD_PHONE", "WRONG_ID"]

    package init(accountCodes: Set<String> = ["WRONG_AUTH"], creditCodes: Set<String> = [], transientCodes: Set<String> = []) {
        self.accountCodes = accountCodes
        self.creditCodes = creditCodes
        self.transientCodes = transientCodes
    }

    package func kind(of code: String) -> RefusalKind {
        if accountCodes.contains(code) { return .account }
        if creditCodes.contains(code) { return .credit }
        if transientCodes.contains(code) { return .transient }
        return .permanent
    }

    /// Whether the code's meaning is known: configured, or one that is about the message.
    package func isFamiliar(_ code: String) -> Bool { kind(of: code) != .permanent || Self.messageCodes.contains(code) }
}

/// What an HTTP 503 with `Retry-After` says of a send. Caches and balancers in front answer so too after the provider had the request, so
/// only an operator who knows the way can say more than "unknown".
package enum UnavailableMeaning: String, CaseIterable, Equatable, Sendable {
    case unknown
    case notSent = "not-sent"
}

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
