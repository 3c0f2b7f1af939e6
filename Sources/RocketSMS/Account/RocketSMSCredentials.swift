/// Who we are to the provider. Prints as stars, whichever way it is printed.
public struct RocketSMSCredentials: Equatable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The account's login (the payer's number, nine digits).
    let username: String
    /// MD5 of the cabinet's password, 32 hexadecimal digits in lower case.
    let passwordMD5: String

    /// - Throws: `RocketSMSCredentialsError` when the system's libcrypto refuses MD5.
    public init(username: String, password: String) throws(RocketSMSCredentialsError) {
        guard let hash = MD5.hex(Array(password.utf8)) else { throw .noMD5 }
        try self.init(username: username, passwordMD5: hash)
    }

    /// - Parameters:
    ///   - username: of the account.
    ///   - passwordMD5: 32 hexadecimal digits in either case.
    /// - Throws: `RocketSMSCredentialsError` when it is not.
    public init(username: String, passwordMD5: String) throws(RocketSMSCredentialsError) {
        guard !username.isEmpty else { throw .noUsername }
        guard passwordMD5.utf8.count == 32, passwordMD5.allSatisfy({ $0.isASCII && $0.isHexDigit }) else { throw .notMD5 }
        self.username = username
        self.passwordMD5 = passwordMD5.lowercased()
    }

    public var description: String { "***" }
    public var debugDescription: String { "***" }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
