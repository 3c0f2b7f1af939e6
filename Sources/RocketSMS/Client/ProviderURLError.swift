/// Why a base URL cannot be used, as a sentence that never repeats the URL: someone may have put a password in it.
public enum ProviderURLError: Error, Equatable, Sendable, CustomStringConvertible {
    case notHTTP
    case hasCredentials
    case hasQuery
    case badHost
    case badPort
    case badPath
    case tooLong
    case plaintext
    /// `right`: the URL without it.
    case endsInSimple(right: String)

    public var description: String {
        switch self {
        case .notHTTP: "the base URL must begin with https:// (or http://)"
        case .hasCredentials: "the base URL must hold no user and no password: they have settings of their own"
        case .hasQuery: "the base URL must hold no query and no fragment"
        case .badHost: "the base URL needs a host: a name, an IPv4 address, or an IPv6 address in brackets"
        case .badPort: "the port of the base URL must be a number from 1 to 65535"
        case .badPath: "the path of the base URL may hold letters, digits and -._~/%!$&'()*+,;=: only"
        case .tooLong: "the base URL must not be longer than \(ProviderURL.maximumLength) bytes"
        case .endsInSimple(let right): "the base URL ends before /simple, which the calls begin with: \(right)"
        case .plaintext: "plain http shows the password's hash and the texts to everybody on the way: use https, or allow it by name"
        }
    }
}
