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
