/// What an `error` code of the provider is about.
package enum RefusalKind: Equatable, Sendable {
    /// The credentials.
    case account
    /// The account has no credit.
    case credit
    /// Not sent, to be tried again.
    case transient
    /// This request, for good.
    case permanent
}

/// Sorts codes by configuration: the vendor's document names one code only, so nothing here is built in but the default of the caller.
package struct RefusalClassifier: Equatable, Sendable {
    package var accountCodes: Set<String>
    package var creditCodes: Set<String>
    package var transientCodes: Set<String>

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
}

/// A message that the provider took.
package struct SendReceipt: Equatable, Sendable {
    /// A 64-bit integer at the provider; a string here, and never a Double in between.
    package let id: String
    package let status: String
    /// JSON number literals as they came: credits are SMS parts, money is BYN (whether a part's or the whole is not documented).
    package let credits: [UInt8]
    package let money: [UInt8]
}

/// How an exchange with the provider ended: by what can have happened, never a bare error.
package enum ProviderOutcome<Success: Sendable>: Sendable {
    case success(Success)
    /// The provider's `error` code.
    case refused(code: String, RefusalKind)
    /// It provably had no effect. `retryAfter`: the provider's own wish (429, 503), at most an hour.
    case notSent(reason: String, retryAfter: Duration?)
    /// The caller withdrew before the first byte.
    case notBegun
    /// The request left, and no valid answer came.
    case unknown(reason: String)
}

extension ProviderOutcome: Equatable where Success: Equatable {}

/// `GET /simple/balance`.
package struct Balance: Equatable, Sendable {
    /// SMS parts left; nil where the provider gave no whole number.
    package let credits: Int64?
    /// Literals as they came; empty where missing.
    package let creditsLiteral: String
    /// BYN.
    package let moneyLiteral: String
}

/// One of `GET /simple/senders`. Use a name only when it is checked and registered.
package struct Sender: Equatable, Sendable, Codable {
    package let sender: String
    package let verified: Bool
    /// Moderated by the service.
    package let checked: Bool
    /// Registered with the operators.
    package let registered: Bool
}

/// One of `GET /simple/templates`.
package struct Template: Equatable, Sendable, Codable {
    package let id: String
    package let text: String
}
