/// One line of the log. Whatever is in its values, it is one line of at most `maximumBytes`, and shows where it was cut.
struct LogLine {
    static let maximumBytes = 8_192
    static let maximumMessageBytes = 4_096
    static let maximumValueBytes = 1_024
    /// Room for the mark that fields are missing, and for what closes the line.
    private static let reserve = 32

    let level: LogLevel
    let label: String
    let message: String
    let metadata: Logger.Metadata
    /// Since 1970.
    let milliseconds: Int64

    /// The line with its line feed.
    func rendered(as format: LogFormat) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256)
        switch format {
        case .text: renderText(into: &bytes)
        case .json: renderJSON(into: &bytes)
        }
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }

    private func renderText(into bytes: inout [UInt8]) {
        LogTimestamp(milliseconds: milliseconds).append(to: &bytes)
        bytes.append(contentsOf: " \(level.rawValue.uppercased()) ".utf8)
        var isCut = LogText.append(label, to: &bytes, atMost: Self.maximumValueBytes, escaping: .controls)
        bytes.append(contentsOf: ": ".utf8)
        if LogText.append(message, to: &bytes, atMost: Self.maximumMessageBytes, escaping: .controls) { isCut = true }
        appendFields(to: &bytes, isCut: &isCut) { key, value, field in
            field.append(UInt8(ascii: " "))
            var isCut = LogText.append(key, to: &field, atMost: Self.maximumValueBytes, escaping: .controls)
            field.append(UInt8(ascii: "="))
            switch value {
            case .integer(let value): field.append(contentsOf: String(value).utf8)
            case .bool(let value): field.append(contentsOf: String(value).utf8)
            case .string(let value):
                let isBare = Self.isBare(value)
                if !isBare { field.append(UInt8(ascii: "\"")) }
                if LogText.append(value, to: &field, atMost: Self.maximumValueBytes, escaping: isBare ? .controls : .quoted) {
                    isCut = true
                }
                if !isBare { field.append(UInt8(ascii: "\"")) }
            }
            return isCut
        }
        if isCut { bytes.append(contentsOf: " truncated=true".utf8) }
    }

    private func renderJSON(into bytes: inout [UInt8]) {
        bytes.append(contentsOf: "{\"time\":\"".utf8)
        LogTimestamp(milliseconds: milliseconds).append(to: &bytes)
        bytes.append(contentsOf: "\",\"level\":\"\(level.rawValue)\",\"label\":\"".utf8)
        var isCut = LogText.append(label, to: &bytes, atMost: Self.maximumValueBytes, escaping: .json)
        bytes.append(contentsOf: "\",\"message\":\"".utf8)
        if LogText.append(message, to: &bytes, atMost: Self.maximumMessageBytes, escaping: .json) { isCut = true }
        bytes.append(UInt8(ascii: "\""))
        appendFields(to: &bytes, isCut: &isCut) { key, value, field in
            field.append(contentsOf: ",\"".utf8)
            var isCut = LogText.append(key, to: &field, atMost: Self.maximumValueBytes, escaping: .json)
            field.append(contentsOf: "\":".utf8)
            switch value {
            case .integer(let value): field.append(contentsOf: String(value).utf8)
            case .bool(let value): field.append(contentsOf: String(value).utf8)
            case .string(let value):
                field.append(UInt8(ascii: "\""))
                if LogText.append(value, to: &field, atMost: Self.maximumValueBytes, escaping: .json) { isCut = true }
                field.append(UInt8(ascii: "\""))
            }
            return isCut
        }
        bytes.append(contentsOf: isCut ? ",\"truncated\":true}".utf8 : "}".utf8)
    }

    /// Whether a value needs no quotes in a text line.
    private static func isBare(_ value: String) -> Bool {
        let special: [UInt8] = [UInt8(ascii: "\""), UInt8(ascii: "="), UInt8(ascii: "\\")]
        return !value.isEmpty && value.utf8.allSatisfy { $0 > 0x20 && !special.contains($0) }
    }

    /// Appends the fields by name, for as long as they fit whole.
    private func appendFields(
        to bytes: inout [UInt8], isCut: inout Bool, render: (String, Logger.MetadataValue, inout [UInt8]) -> Bool
    ) {
        var field: [UInt8] = []
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            field.removeAll(keepingCapacity: true)
            if render(key, value, &field) { isCut = true }
            guard bytes.count + field.count <= Self.maximumBytes - Self.reserve else {
                isCut = true
                return
            }
            bytes.append(contentsOf: field)
        }
    }
}
