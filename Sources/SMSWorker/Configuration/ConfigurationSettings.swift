internal import Requests
internal import SMSPipeline

/// The value of every key and where it comes from, before they make a `WorkerConfiguration`.
package struct ConfigurationSettings: Equatable, Sendable {
    package struct Setting: Equatable, Sendable {
        /// Nil: unset.
        package var value: ConfigurationValue?
        package var origin: ConfigurationOrigin
    }

    private var settings: [ConfigurationKey: Setting] = [:]
    /// The sentence on a version that is not known: what else seems wrong may be right in that version. Each place where one is given counts,
    /// for the others do not change what is written there.
    private(set) var refusedVersion: String?

    package subscript(key: ConfigurationKey) -> Setting {
        get { settings[key] ?? Setting(value: nil, origin: .standard) }
        set { settings[key] = newValue }
    }

    /// Sets `key` to what `text` says.
    /// - Returns: a sentence if that is not of the key's kind, and nothing is set.
    mutating func set(_ key: ConfigurationKey, to text: String, from origin: ConfigurationOrigin) -> String? {
        if text.isEmpty, key.defaultText == nil {
            settings[key] = Setting(value: nil, origin: origin)
        } else if let value = key.kind.parse(text) {
            settings[key] = Setting(value: value, origin: origin)
        } else {
            let sentence = "\(origin.reference(to: key)): \(Self.shown(text, of: key)) is not \(key.kind.requirement)"
            guard case .version = key.kind, Int(text).map({ $0 > 0 }) ?? false else { return sentence + "." }
            refusedVersion = sentence + "; run the one that the configuration was written for, or a newer one."
            return refusedVersion
        }
        return nil
    }

    /// Messages go by SMPP.
    var isSMPP: Bool { text(.providerTransport) == WorkerConfiguration.Provider.Transport.smpp.rawValue }

    /// How a message names `key` with the origin of its value.
    func reference(to key: ConfigurationKey) -> String { self[key].origin.reference(to: key) }

    /// A value for a message. A URL with a user in it may hold a password.
    private static func shown(_ text: String, of key: ConfigurationKey) -> String {
        if key.isSecret || key.isSecretFile || text.contains("@") { return "the value" }
        return "\"\(ConfigurationError.excerpt(text))\""
    }
}

// MARK: - Values by kind

/// Each of these is asked only for keys of its kind that have a value; the table and the loader see to that.
extension ConfigurationSettings {
    func text(_ key: ConfigurationKey) -> String? {
        guard let value = self[key].value else { return nil }
        guard case .text(let text) = value else { preconditionFailure("\(key.name) is no text") }
        return text
    }

    func integer(_ key: ConfigurationKey) -> Int {
        guard case .integer(let value) = self[key].value else { preconditionFailure("\(key.name) is no whole number with a default") }
        return value
    }

    func decimal(_ key: ConfigurationKey) -> Double {
        guard case .decimal(let value) = self[key].value else { preconditionFailure("\(key.name) is no number with a default") }
        return value
    }

    func bool(_ key: ConfigurationKey) -> Bool {
        guard case .bool(let value) = self[key].value else { preconditionFailure("\(key.name) is no switch with a default") }
        return value
    }

    func duration(_ key: ConfigurationKey) -> Duration {
        guard case .duration(let value) = self[key].value else { preconditionFailure("\(key.name) is no duration with a default") }
        return value
    }

    func list(_ key: ConfigurationKey) -> [String] {
        guard let value = self[key].value else { return [] }
        guard case .list(let items) = value else { preconditionFailure("\(key.name) is no list") }
        return items
    }

    func durations(_ key: ConfigurationKey) -> [Duration] {
        guard case .durations(let items) = self[key].value else {
            preconditionFailure("\(key.name) is no list of durations with a default")
        }
        return items
    }
}
