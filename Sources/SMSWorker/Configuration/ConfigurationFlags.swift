internal import Requests
internal import SMSPipeline

/// The flags of a command line that are configuration, taken out of it.
package struct ConfigurationFlags: Equatable, Sendable {
    /// Of `--config`.
    package private(set) var file: String?
    package private(set) var values: [ConfigurationKey: String] = [:]
    /// What is left for the command, in order; a `--` and all after it too.
    package private(set) var rest: [String] = []

    package init() {}

    /// Takes `--key value`, `--key=value`, and `--key` alone for a switch.
    /// - Throws: `ConfigurationError` for a flag of ours without a value, or given twice.
    package init(_ arguments: [String]) throws(ConfigurationError) {
        var index = 0
        while index < arguments.count {
            let argument = arguments[index]
            index += 1
            if argument == "--" {
                rest += arguments[(index - 1)...]
                return
            }
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let flag = parts.first.map(String.init) ?? ""
            let key = ConfigurationKey.named(flag: flag)
            guard key != nil || flag == "--config" else {
                rest.append(argument)
                continue
            }
            let value: String
            if parts.count == 2 {
                value = String(parts[1])
            } else if let key, key.isBool, index == arguments.count || !["true", "false"].contains(arguments[index]) {
                value = "true"
            } else if index < arguments.count, key == nil || !arguments[index].hasPrefix("--") {
                value = arguments[index]
                index += 1
            } else {
                throw ConfigurationError("\(flag) needs a value: \(key?.kind.requirement ?? "the path of a configuration file").")
            }
            if let key {
                if values.updateValue(value, forKey: key) != nil { throw ConfigurationError("\(flag) is given twice.") }
            } else {
                if file != nil { throw ConfigurationError("\(flag) is given twice.") }
                file = value
            }
        }
    }

    /// For a flag that neither the command nor the configuration has.
    /// - Parameter known: the command's own flags.
    package static func unknown(_ argument: String, known: [String] = []) -> ConfigurationError {
        let flag = String(argument.prefix { $0 != "=" })
        let suggestion = Spelling.suggestion(for: flag, among: known + ["--config"] + ConfigurationKey.all.map(\.flag))
        return ConfigurationError("\(ConfigurationError.excerpt(flag)) is not a flag.\(suggestion.map { " Did you mean \($0)?" } ?? "")")
    }
}
