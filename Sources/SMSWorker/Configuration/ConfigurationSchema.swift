internal import JSON
internal import Requests
internal import SMSPipeline

/// `config schema`: the JSON Schema of the configuration file, made of the table of keys. Rules between keys are the loader's.
package enum ConfigurationSchema {
    package static var json: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("$schema", "https://json-schema.org/draft/2020-12/schema")
        writer.member("title", "rocketsms-worker configuration file")
        writer.member("description", "JSON with comments and trailing commas; keys nested or written with dots. A null counts as absent.")
        writer.member("type", "object")
        writer.member("additionalProperties", false)
        writer.key("properties" as StaticString)
        writer.beginObject()
        var sections: [String] = []
        for key in ConfigurationKey.all {
            let section = String(key.name.prefix { $0 != "." })
            if !sections.contains(section) { sections.append(section) }
        }
        for section in sections {
            writer.key(section)
            writer.beginObject()
            writer.member("type", "object")
            writer.member("additionalProperties", false)
            writer.key("properties" as StaticString)
            writer.beginObject()
            for key in ConfigurationKey.all where key.name.hasPrefix(section + ".") {
                write(key, as: String(key.name.dropFirst(section.count + 1)), to: &writer)
            }
            writer.endObject()
            writer.endObject()
        }
        for key in ConfigurationKey.all { write(key, as: key.name, to: &writer) }
        writer.endObject()
        writer.endObject()
        writer.newLine()
        return writer.bytes
    }

    private static func write(_ key: ConfigurationKey, as name: String, to writer: inout JSONWriter) {
        writer.key(name)
        writer.beginObject()
        writer.member("description", key.help)
        if let text = key.defaultText, !key.isSecret { writer.member("default", text) }
        writer.key("anyOf" as StaticString)
        writer.beginArray()
        for type in types(of: key.kind) {
            writer.beginObject()
            writer.member("type", type)
            limits(of: key.kind, type, to: &writer)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
    }

    /// A string of what the environment would have is taken everywhere.
    private static func types(of kind: ConfigurationKind) -> [String] {
        switch kind {
        case .text, .duration, .choice, .word: ["string", "null"]
        case .integer, .version: ["integer", "string", "null"]
        case .decimal: ["number", "string", "null"]
        case .bool: ["boolean", "string", "null"]
        case .list, .durations: ["array", "string", "null"]
        }
    }

    private static func limits(of kind: ConfigurationKind, _ type: String, to writer: inout JSONWriter) {
        switch (kind, type) {
        case (.integer(let range), "integer"):
            writer.member("minimum", range.lowerBound)
            writer.member("maximum", range.upperBound)
        case (.version(let newest), "integer"):
            writer.member("minimum", 1)
            writer.member("maximum", newest)
        case (.decimal(let range), "number"):
            writer.member("minimum", Int64(range.lowerBound))
            // Whole numbers: `config check` is exact.
            writer.member("maximum", Int64(range.upperBound.rounded(.up)))
        case (.word(let names, let aliases), "string"):
            // In either case, which a pattern can only spell out.
            let words = (names + aliases.keys.sorted()).map { word in
                word.map { $0.isLetter ? "[\($0.lowercased())\($0.uppercased())]" : String($0) }.joined()
            }
            writer.member("pattern", "^(\(words.joined(separator: "|")))$")
        case (.bool, "string"): writer.member("pattern", "^(true|false)$")
        case (.integer, "string"): writer.member("pattern", "^[0-9]+$")
        case (.decimal, "string"): writer.member("pattern", "^[0-9.]+$")
        case (.duration, "string"): writer.member("pattern", "^[0-9]+(ms|s|m|h)$")
        case (.version(let newest), "string"): writeEnum((1...newest).map(String.init), to: &writer)
        case (.choice(let names), "string"): writeEnum(names, to: &writer)
        case (.list, "array"), (.durations, "array"):
            writer.key("items" as StaticString)
            writer.beginObject()
            writer.member("type", "string")
            if case .durations = kind { writer.member("pattern", "^[0-9]+(ms|s|m|h)$") }
            writer.endObject()
        default: break
        }
    }

    private static func writeEnum(_ names: [String], to writer: inout JSONWriter) {
        writer.key("enum" as StaticString)
        writer.beginArray()
        for name in names { writer.string(name) }
        writer.endArray()
    }
}
