internal import JSON
internal import Requests
internal import SMSPipeline

/// The configuration file: JSON with comments and trailing commas, keys nested or written with dots.
enum ConfigurationFile {
    private static let maximumBytes = 1_048_576

    /// Puts the file's values into `settings`; answers a sentence for each thing that is wrong with it.
    static func apply(_ path: String, to settings: inout ConfigurationSettings) -> [String] {
        do throws(BoundedFile.Problem) {
            return apply(try BoundedFile.read(path, atMost: maximumBytes), of: path, to: &settings)
        } catch {
            return ["The configuration file \(path) cannot be read: \(error.reason)."]
        }
    }

    /// The same of bytes that are read already.
    static func apply(_ bytes: [UInt8], of path: String, to settings: inout ConfigurationSettings) -> [String] {
        var bytes = bytes
        ByteOrderMark.remove(from: &bytes)
        let root: JSONValue
        do throws(JSONError) { root = try JSONValue(parsing: bytes, options: .configuration) } catch {
            return ["The configuration file \(path) is not JSON: \(error.description)."]
        }
        guard let object = root.objectValue else { return ["The configuration file \(path) must hold one JSON object."] }
        var applied: [ConfigurationKey: String] = [:]
        var problems: [String] = []
        apply(object, prefix: "", path: path, to: &settings, applied: &applied, problems: &problems)
        return problems
    }

    private static func apply(
        _ object: JSONObject, prefix: String, path: String, to settings: inout ConfigurationSettings,
        applied: inout [ConfigurationKey: String],
        problems: inout [String]
    ) {
        for member in object.members {
            let name = prefix + member.key
            guard let key = ConfigurationKey.named(name) else {
                if case .object(let inner) = member.value {
                    apply(inner, prefix: name + ".", path: path, to: &settings, applied: &applied, problems: &problems)
                } else {
                    let suggestion = Spelling.suggestion(for: name, among: ConfigurationKey.all.map(\.name))
                    problems.append(
                        "\(ConfigurationError.excerpt(name)) (file \(path)) is not a key.\(suggestion.map { " Did you mean \($0)?" } ?? "")"
                    )
                }
                continue
            }
            if let other = applied.updateValue(name, forKey: key) {
                problems.append("\(name) (file \(path)) is there twice, the other time as \(other).")
            }
            if member.value.isNull { continue }
            guard let text = text(of: member.value, for: key) else {
                problems.append("\(name) (file \(path)): the value is not \(key.kind.requirement), written as \(form(of: key)).")
                continue
            }
            if let problem = settings.set(key, to: text, from: .file(path: path)) { problems.append(problem) }
        }
    }

    /// A value as the environment would have it; nil where JSON has another type than the key.
    private static func text(of value: JSONValue, for key: ConfigurationKey) -> String? {
        switch (value, key.kind) {
        case (.string(let text), _): return text
        case (.number(let number), .integer), (.number(let number), .decimal), (.number(let number), .version):
            return number.literal
        case (.bool(let value), .bool): return value ? "true" : "false"
        case (.array(let elements), .list), (.array(let elements), .durations):
            let items = elements.compactMap(\.stringValue)
            guard items.count == elements.count, !items.contains(where: { $0.contains(",") || $0.isEmpty }) else { return nil }
            return items.joined(separator: ",")
        default: return nil
        }
    }

    private static func form(of key: ConfigurationKey) -> String {
        switch key.kind {
        case .integer, .decimal, .version: "a number"
        case .bool: "true or false"
        case .list, .durations: "an array of strings, or one string with commas"
        case .text, .duration, .choice, .word: "a string in quotes"
        }
    }
}
