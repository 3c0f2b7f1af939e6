internal import Requests
internal import SMSPipeline

/// A row of a command's table of flags.
struct CommandOption: Sendable {
    enum Kind: Equatable, Sendable {
        /// Given or not.
        case flag
        /// Followed by a value, at most once. The name stands for it in help.
        case value(String)
        /// The same, as often as one likes.
        case values(String)
    }

    /// With its hyphens: `--phone`.
    let name: String
    let kind: Kind
    let help: String

    static func flag(_ name: String, _ help: String) -> Self { Self(name: name, kind: .flag, help: help) }
    static func value(_ name: String, _ placeholder: String, _ help: String) -> Self {
        Self(name: name, kind: .value(placeholder), help: help)
    }
    static func values(_ name: String, _ placeholder: String, _ help: String) -> Self {
        Self(name: name, kind: .values(placeholder), help: help)
    }

    static let json = flag("--json", "Print JSON.")

    var placeholder: String? {
        switch kind {
        case .flag: nil
        case .value(let name), .values(let name): name
        }
    }
}
