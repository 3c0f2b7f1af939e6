internal import JSON
internal import Requests
internal import SMSPipeline

/// A value of one key, read and within its range.
package enum ConfigurationValue: Equatable, Sendable {
    case text(String)
    case integer(Int)
    case decimal(Double)
    case bool(Bool)
    case duration(Duration)
    case list([String])
    case durations([Duration])

    /// As it could be written in the environment.
    package var description: String {
        switch self {
        case .text(let value): value
        case .integer(let value): String(value)
        case .decimal(let value): value == value.rounded() && value < 1e15 ? String(Int(value)) : value.description
        case .bool(let value): value ? "true" : "false"
        case .duration(let value): ConfigurationDuration.text(value)
        case .list(let items): items.joined(separator: ",")
        case .durations(let items): items.map(ConfigurationDuration.text).joined(separator: ",")
        }
    }

    /// As it could be written in the file.
    func write(to writer: inout JSONWriter) {
        switch self {
        case .integer(let value): writer.integer(value)
        case .decimal, .bool: writer.literal(description)
        case .text, .duration: writer.string(description)
        case .list(let items):
            writer.beginArray()
            for item in items { writer.string(item) }
            writer.endArray()
        case .durations(let items):
            writer.beginArray()
            for item in items { writer.string(ConfigurationDuration.text(item)) }
            writer.endArray()
        }
    }
}
