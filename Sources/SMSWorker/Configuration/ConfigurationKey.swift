internal import Requests
internal import SMSPipeline

/// One thing that can be configured, with the three names that it goes by.
package struct ConfigurationKey: Hashable, Sendable {
    /// In the file: `kafka.bootstrapServers`.
    package let name: String
    /// `KAFKA_BOOTSTRAP_SERVERS`.
    package let environment: String
    package let kind: ConfigurationKind
    /// As it would be written in the environment; nil: unset, or worked out at start as `defaultNote` says.
    package let defaultText: String?
    /// What stands for the default where that is no fixed value.
    package let defaultNote: String?
    /// Its value is never shown.
    package let isSecret: Bool
    /// One sentence, with the unit.
    package let help: String

    init(
        _ name: String, _ kind: ConfigurationKind, default defaultText: String? = nil, note defaultNote: String? = nil,
        isSecret: Bool = false,
        _ help: String
    ) {
        self.name = name
        environment = Self.environment(of: name)
        self.kind = kind
        self.defaultText = defaultText
        self.defaultNote = defaultNote
        self.isSecret = isSecret
        self.help = help
    }

    /// `--kafka-bootstrap-servers`.
    package var flag: String { "--" + environment.lowercased().replacing("_", with: "-") }

    /// A file with a secret in it: somebody may give the secret in the place of the path.
    package var isSecretFile: Bool { Self.secretFiles.contains(self) }

    /// Whether what stands where a path belongs can be shown. A secret hardly begins so.
    static func isPlainPath(_ text: String) -> Bool { ["/", "./", "../"].contains { text.hasPrefix($0) } }

    package var isBool: Bool { if case .bool = kind { true } else { false } }

    package static func == (a: Self, b: Self) -> Bool { a.name == b.name }

    package func hash(into hasher: inout Hasher) { hasher.combine(name) }

    /// The form in the environment: a `_` for a dot, and before a capital that ends a word (`groupId` and `groupID` are one).
    static func environment(of name: String) -> String {
        var text = ""
        var previous: Character = "."
        for character in name {
            if character == "." {
                text += "_"
            } else {
                if character.isUppercase, previous.isLowercase || previous.isNumber { text += "_" }
                text += character.uppercased()
            }
            previous = character
        }
        return text
    }
}
