internal import Requests
internal import SMSPipeline

/// Where a value comes from, least precedence first.
package enum ConfigurationOrigin: Equatable, Sendable {
    case standard
    case file(path: String)
    case environment
    case flag

    package var name: String {
        switch self {
        case .standard: "default"
        case .file: "file"
        case .environment: "environment"
        case .flag: "flag"
        }
    }

    /// How a message names `key` when its value came from here.
    func reference(to key: ConfigurationKey) -> String {
        switch self {
        case .standard: "\(key.name) (default)"
        case .file(let path): "\(key.name) (file \(path))"
        case .environment: "\(key.name) (environment \(key.environment))"
        case .flag: "\(key.name) (flag \(key.flag))"
        }
    }
}
