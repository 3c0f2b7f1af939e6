internal import Requests

/// What follows from looks at the files with secrets. Pure: whoever looks gives it what was found.
package struct SecretWatch: Sendable {
    /// What one look has found; nil: that one stands in no file that can be read again.
    package struct Looks: Sendable {
        package var credentials: WatchedSecret<Credentials>.Look?
        package var smppPassword: WatchedSecret<SecretText>.Look?
        package var token: WatchedSecret<AdminToken>.Look?
        package var access: WatchedSecret<KafkaAccess>.Look?

        package init(
            credentials: WatchedSecret<Credentials>.Look? = nil, smppPassword: WatchedSecret<SecretText>.Look? = nil,
            token: WatchedSecret<AdminToken>.Look? = nil, access: WatchedSecret<KafkaAccess>.Look? = nil
        ) {
            self.credentials = credentials
            self.smppPassword = smppPassword
            self.token = token
            self.access = access
        }
    }

    package enum Action: Equatable, Sendable {
        case credentials(Credentials)
        case smppPassword(SecretText)
        case token(AdminToken)
        case access(KafkaAccess)
        case complain(String)
    }

    private var credentials: WatchedSecret<Credentials>?
    private var smppPassword: WatchedSecret<SecretText>?
    private var token: WatchedSecret<AdminToken>?
    private var access: WatchedSecret<KafkaAccess>

    /// - Parameters: what is in use.
    package init(credentials: Credentials?, smppPassword: SecretText? = nil, token: AdminToken?, access: KafkaAccess) {
        self.credentials = credentials.map { WatchedSecret(inUse: $0) }
        self.smppPassword = smppPassword.map { WatchedSecret(inUse: $0) }
        self.token = token.map { WatchedSecret(inUse: $0) }
        self.access = WatchedSecret(inUse: access)
    }

    /// - Returns: what is to be taken, and sentences for the log.
    package mutating func saw(_ looks: Looks) -> [Action] {
        var actions: [Action] = []
        if let look = looks.credentials, let step = credentials?.saw(look) { actions += Self.actions(step, Action.credentials) }
        if let look = looks.smppPassword, let step = smppPassword?.saw(look) { actions += Self.actions(step, Action.smppPassword) }
        if let look = looks.token, let step = token?.saw(look) { actions += Self.actions(step, Action.token) }
        if let look = looks.access { actions += Self.actions(access.saw(look), Action.access) }
        return actions
    }

    private static func actions<Value>(_ step: WatchedSecret<Value>.Step, _ take: (Value) -> Action) -> [Action] {
        switch step {
        case .nothing: []
        case .take(let value): [take(value)]
        case .complain(let sentence): [.complain(sentence)]
        }
    }
}
