internal import EventLoop

/// One line of the table of switches: `--switch name=value`.
package struct SimulatorSwitch: Sendable {
    /// What the switch is about.
    package enum Kind: String, Sendable {
        /// No source says what the provider does; the default is our guess.
        case assumption
        /// A source says what the provider does; the other values are for tests.
        case known
        case timing
        case fault
    }

    /// Words joined by hyphens.
    package let name: String
    package let kind: Kind
    /// One sentence.
    package let summary: String
    /// As a value is written: `accept|refuse`, `0...100`, `duration`, `0...1`, `text`.
    package let allowed: String

    /// The value as it would be written.
    package let value: @Sendable (SimulatorSwitches) -> String
    let assign: @Sendable (inout SimulatorSwitches, String) -> Bool

    package var defaultValue: String { value(SimulatorSwitches()) }

    /// - Throws: `SimulatorSwitchError` for a value that is not allowed; nothing is changed then.
    package func set(_ text: String, in switches: inout SimulatorSwitches) throws(SimulatorSwitchError) {
        guard assign(&switches, text) else { throw SimulatorSwitchError("switch \(name): \"\(text)\" is not in \(allowed)") }
    }
}

extension SimulatorSwitch {
    typealias Field<Value> = WritableKeyPath<SimulatorSwitches, Value> & Sendable

    static func choice<Value: SwitchChoice>(_ name: String, _ field: any Field<Value>, _ kind: Kind, _ summary: String) -> SimulatorSwitch {
        SimulatorSwitch(
            name: name, kind: kind, summary: summary, allowed: Value.allCases.map(\.rawValue).joined(separator: "|"),
            value: { $0[keyPath: field].rawValue },
            assign: { switches, text in
                guard let value = Value(rawValue: text) else { return false }
                switches[keyPath: field] = value
                return true
            })
    }

    static func flag(_ name: String, _ field: any Field<Bool>, _ kind: Kind, _ summary: String) -> SimulatorSwitch {
        SimulatorSwitch(
            name: name, kind: kind, summary: summary, allowed: "on|off", value: { $0[keyPath: field] ? "on" : "off" },
            assign: { switches, text in
                guard text == "on" || text == "off" else { return false }
                switches[keyPath: field] = text == "on"
                return true
            })
    }

    static func number(
        _ name: String, _ field: any Field<Int>, _ range: ClosedRange<Int>, _ kind: Kind, _ summary: String
    ) -> SimulatorSwitch {
        SimulatorSwitch(
            name: name, kind: kind, summary: summary, allowed: "\(range.lowerBound)...\(range.upperBound)",
            value: { String($0[keyPath: field]) },
            assign: { switches, text in
                guard let value = Int(text), range.contains(value) else { return false }
                switches[keyPath: field] = value
                return true
            })
    }

    static func duration(_ name: String, _ field: any Field<Duration>, _ kind: Kind, _ summary: String) -> SimulatorSwitch {
        SimulatorSwitch(
            name: name, kind: kind, summary: summary, allowed: "a duration such as 500ms, 5s, 2m, 72h",
            value: { DurationText.format($0[keyPath: field]) },
            assign: { switches, text in
                guard let value = DurationText.parse(text) else { return false }
                switches[keyPath: field] = value
                return true
            })
    }

    static func share(_ name: String, _ field: any Field<Double>, _ kind: Kind, _ summary: String) -> SimulatorSwitch {
        SimulatorSwitch(
            name: name, kind: kind, summary: summary, allowed: "0...1", value: { $0[keyPath: field].description },
            assign: { switches, text in
                guard let value = Double(text), (0...1).contains(value) else { return false }
                switches[keyPath: field] = value
                return true
            })
    }

    /// A word of printable ASCII without quotes, backslashes and spaces at its ends.
    static func text(
        _ name: String, _ field: any Field<String>, _ kind: Kind, _ summary: String, mayBeEmpty: Bool = false
    ) -> SimulatorSwitch {
        SimulatorSwitch(
            name: name, kind: kind, summary: summary, allowed: mayBeEmpty ? "text, or nothing" : "text", value: { $0[keyPath: field] },
            assign: { switches, text in
                guard mayBeEmpty || !text.isEmpty, text.utf8.count <= 64,
                    text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") })
                else { return false }
                switches[keyPath: field] = text
                return true
            })
    }

    static func fault(_ kind: FaultKind) -> SimulatorSwitch {
        SimulatorSwitch(
            name: "fault-\(kind.switchName)", kind: .fault, summary: "share of requests: \(kind.summary)", allowed: "0...1",
            value: { ($0.faultShares[kind] ?? 0).description },
            assign: { switches, text in
                guard let value = Double(text), (0...1).contains(value) else { return false }
                switches.faultShares[kind] = value == 0 ? nil : value
                return true
            })
    }
}
