internal import Requests
internal import SMSPipeline

/// The type of a key's value, and what it may be.
package enum ConfigurationKind: Sendable {
    case text(ConfigurationTextRule)
    case integer(ClosedRange<Int>)
    case decimal(ClosedRange<Double>)
    case bool
    case duration(ClosedRange<Duration>)
    case choice([String])
    /// One of the names, in either case.
    case word([String], aliases: [String: String])
    /// Separated by commas, spaces around them ignored.
    case list(ConfigurationTextRule, atLeast: Int)
    case durations(ClosedRange<Duration>)
    /// Of the keys and what they mean, from 1 to the newest that is known here.
    case version(newest: Int)

    private static let maximumItems = 256

    /// Nil when `text` is not of this kind or not in its range.
    func parse(_ text: String) -> ConfigurationValue? {
        switch self {
        case .text(let rule): return rule.accepts(text) ? .text(text) : nil
        case .integer(let range):
            guard text.utf8.allSatisfy(Self.isDigit), let value = Int(text), range.contains(value) else { return nil }
            return .integer(value)
        case .decimal(let range):
            guard text.utf8.allSatisfy({ Self.isDigit($0) || $0 == UInt8(ascii: ".") }), let value = Double(text), range.contains(value)
            else {
                return nil
            }
            return .decimal(value)
        case .bool: return text == "true" ? .bool(true) : text == "false" ? .bool(false) : nil
        case .duration(let range):
            guard let value = ConfigurationDuration.parse(text), range.contains(value) else { return nil }
            return .duration(value)
        case .choice(let names): return names.contains(text) ? .text(text) : nil
        case .word(let names, let aliases):
            let name = aliases[text.lowercased()] ?? text.lowercased()
            return names.contains(name) ? .text(name) : nil
        case .list(let rule, let least):
            let items = Self.items(of: text)
            guard (least...Self.maximumItems).contains(items.count), items.allSatisfy(rule.accepts) else { return nil }
            return .list(items)
        case .durations(let range):
            let items = Self.items(of: text)
            let values = items.compactMap(ConfigurationDuration.parse)
            guard values.count == items.count, (1...Self.maximumItems).contains(values.count), values.allSatisfy(range.contains) else {
                return nil
            }
            return .durations(values)
        case .version(let newest): return Self.integer(1...newest).parse(text)
        }
    }

    /// What is accepted, as the rest of the sentence "it is not …".
    package var requirement: String {
        switch self {
        case .text(let rule): rule.requirement
        case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .decimal(let range):
            "a number from \(ConfigurationValue.decimal(range.lowerBound).description) to \(ConfigurationValue.decimal(range.upperBound).description)"
        case .bool: "true or false"
        case .duration(let range): "a duration from \(Self.text(range)) (such as 500ms, 5s, 2m, 72h)"
        case .choice(let names), .word(let names, _): "one of " + names.joined(separator: ", ")
        case .list(let rule, let least):
            "a comma list of \(least == 0 ? "up to" : "\(least) to") \(Self.maximumItems) items, each \(rule.requirement)"
        case .durations(let range):
            "a comma list of 1 to \(Self.maximumItems) durations, each from \(Self.text(range)) (such as 2s,5s,1m,1h)"
        case .version(let newest): "a version of the configuration that this worker knows (\(newest == 1 ? "1" : "1 to \(newest)"))"
        }
    }

    /// What help says of the values that are accepted; nil where the key's own sentence says it all.
    package var limits: String? {
        switch self {
        case .text(let rule): rule.requirement == ConfigurationTextRule.path.requirement ? nil : "It is " + rule.requirement
        case .list(let rule, _): "Each is " + rule.requirement
        case .integer(let range): "From \(range.lowerBound) to \(range.upperBound)"
        case .decimal(let range):
            "From \(ConfigurationValue.decimal(range.lowerBound).description) to \(ConfigurationValue.decimal(range.upperBound).description)"
        case .bool: "It is true or false"
        case .duration(let range): "From \(Self.text(range))"
        case .durations(let range): "Each from \(Self.text(range))"
        case .choice(let names), .word(let names, _): "One of " + names.joined(separator: ", ")
        case .version(let newest): newest == 1 ? "This worker knows 1" : "This worker knows 1 to \(newest)"
        }
    }

    /// Whether an empty text says something: that there are none.
    var acceptsNone: Bool {
        if case .list(_, atLeast: 0) = self { true } else { false }
    }

    private static func text(_ range: ClosedRange<Duration>) -> String {
        "\(ConfigurationDuration.text(range.lowerBound)) to \(ConfigurationDuration.text(range.upperBound))"
    }

    private static func items(of text: String) -> [String] {
        if text.allSatisfy({ $0 == " " }) { return [] }
        return text.split(separator: ",", omittingEmptySubsequences: false).map { item in
            String(item.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
}
