/// Why credentials cannot be used.
public enum RocketSMSCredentialsError: Error, Equatable, Sendable, CustomStringConvertible {
    case noUsername
    case notMD5
    case noMD5

    public var description: String {
        switch self {
        case .noUsername: "the user name is empty"
        case .notMD5: "the password's MD5 must be 32 hexadecimal digits"
        case .noMD5: "this system's libcrypto refuses MD5 (a FIPS policy?): give the password's MD5 instead of the password"
        }
    }
}
