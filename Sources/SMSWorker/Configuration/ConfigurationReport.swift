internal import JSON
internal import Requests
internal import SMSPipeline

/// `config print`: the value of each key and where it comes from. Secrets are stars.
package struct ConfigurationReport: Sendable {
    private let settings: ConfigurationSettings

    package init(_ settings: ConfigurationSettings) { self.settings = settings }

    /// A table for people; `-` is unset, and an empty list is `none`.
    package var text: String {
        let rows = [("KEY", "VALUE", "ORIGIN")] + ConfigurationKey.all.map { ($0.name, shown($0), origin($0)) }
        let widths = (rows.map(\.0.count).max() ?? 0, min(60, rows.map(\.1.count).max() ?? 0))
        return rows.map { "\(Self.padded($0.0, widths.0))  \(Self.padded($0.1, widths.1))  \($0.2)\n" }.joined()
    }

    /// One object: key → `value` (null where unset), `origin`, and `file` where that is the origin.
    package var json: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        for key in ConfigurationKey.all {
            let setting = settings[key]
            writer.key(key.name)
            writer.beginObject()
            writer.key("value" as StaticString)
            if let value = setting.value {
                if isHidden(key, value) { writer.string("***") } else { value.write(to: &writer) }
            } else {
                writer.null()
            }
            writer.member("origin", setting.origin.name)
            if case .file(let path) = setting.origin { writer.member("file", path) }
            writer.endObject()
        }
        writer.endObject()
        writer.newLine()
        return writer.bytes
    }

    private func shown(_ key: ConfigurationKey) -> String {
        guard let value = settings[key].value else { return "-" }
        if isHidden(key, value) { return "***" }
        return value == .list([]) ? "none" : value.description
    }

    /// A secret, or what may be one in the place of its path.
    private func isHidden(_ key: ConfigurationKey, _ value: ConfigurationValue) -> Bool {
        key.isSecret || key.isSecretFile && !ConfigurationKey.isPlainPath(value.description)
    }

    private func origin(_ key: ConfigurationKey) -> String {
        switch settings[key].origin {
        case .standard: "default"
        case .file(let path): "file \(path)"
        case .environment: "environment \(key.environment)"
        case .flag: "flag \(key.flag)"
        }
    }

    private static func padded(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(0, width - text.count)) }
}
