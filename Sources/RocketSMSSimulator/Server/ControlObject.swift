internal import JSON

/// The body of a control request, read member by member; errors name the member.
struct ControlObject {
    private let object: JSONObject
    /// Where the object stands, for errors: `rules[0].`.
    private let place: String

    init(_ object: JSONObject, at place: String = "") {
        self.object = object
        self.place = place
    }

    /// - Throws: `SimulatorSwitchError` for a member of another name.
    func allow(_ names: String...) throws(SimulatorSwitchError) {
        for member in object.members where !names.contains(member.key) {
            throw SimulatorSwitchError("\(place)\(member.key) is unknown; known: \(names.joined(separator: ", "))")
        }
    }

    private func error(_ name: String, _ what: String) -> SimulatorSwitchError {
        SimulatorSwitchError("\(place)\(name): \(what) was expected")
    }

    /// A member that is null counts as absent.
    private func member(_ name: String) -> JSONValue? { object[name].flatMap { $0.isNull ? nil : $0 } }

    func string(_ name: String) throws(SimulatorSwitchError) -> String? {
        guard let value = member(name) else { return nil }
        guard let string = value.stringValue else { throw error(name, "a string") }
        return string
    }

    func bool(_ name: String) throws(SimulatorSwitchError) -> Bool? {
        guard let value = member(name) else { return nil }
        guard let bool = value.boolValue else { throw error(name, "true or false") }
        return bool
    }

    func number(_ name: String, _ range: ClosedRange<Int>) throws(SimulatorSwitchError) -> Int? {
        guard let value = member(name) else { return nil }
        guard let number = value.numberValue?.int64, range.contains(Int(number)) else {
            throw error(name, "a whole number in \(range.lowerBound)...\(range.upperBound)")
        }
        return Int(number)
    }

    func share(_ name: String) throws(SimulatorSwitchError) -> Double? {
        guard let value = member(name) else { return nil }
        guard let number = value.numberValue?.double, (0...1).contains(number) else { throw error(name, "a number in 0...1") }
        return number
    }

    func duration(_ name: String) throws(SimulatorSwitchError) -> Duration? {
        guard let text = try string(name) else { return nil }
        guard let duration = DurationText.parse(text) else { throw error(name, "a duration such as 500ms, 5s, 2m, 72h") }
        return duration
    }

    func choice<Value: RawRepresentable<String> & CaseIterable>(_ name: String) throws(SimulatorSwitchError) -> Value? {
        guard let text = try string(name) else { return nil }
        guard let value = Value(rawValue: text) else {
            throw error(name, "one of \(Value.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return value
    }

    func endpoint(_ name: String) throws(SimulatorSwitchError) -> Endpoint? {
        guard let text = try string(name) else { return nil }
        guard let endpoint = Endpoint(name: text) else {
            throw error(name, "one of \(Endpoint.allCases.map(\.name).joined(separator: ", "))")
        }
        return endpoint
    }

    func object(_ name: String) throws(SimulatorSwitchError) -> ControlObject? {
        guard let value = member(name) else { return nil }
        guard let object = value.objectValue else { throw error(name, "an object") }
        return ControlObject(object, at: "\(place)\(name).")
    }

    /// An object or an array of them.
    func objects(_ name: String) throws(SimulatorSwitchError) -> [ControlObject] {
        guard let value = member(name) else { return [] }
        var objects: [ControlObject] = []
        for (index, element) in (value.arrayValue ?? [value]).enumerated() {
            guard let object = element.objectValue else { throw error(name, "an object, or an array of them,") }
            objects.append(ControlObject(object, at: "\(place)\(name)[\(index)]."))
        }
        return objects
    }

    /// True for all, or an array of names.
    func parts<Part: RawRepresentable<String> & CaseIterable & Hashable>(_ name: String) throws(SimulatorSwitchError) -> Set<Part> {
        guard let value = member(name) else { return [] }
        if let bool = value.boolValue { return bool ? Set(Part.allCases) : [] }
        var parts: Set<Part> = []
        for element in value.arrayValue ?? [value] {
            guard let part = element.stringValue.flatMap(Part.init(rawValue:)) else {
                throw error(name, "true, or an array of \(Part.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            parts.insert(part)
        }
        return parts
    }

    var names: [String] { object.members.map(\.key) }

    /// All members, as texts.
    func texts() throws(SimulatorSwitchError) -> [(String, String)] {
        var texts: [(String, String)] = []
        for member in object.members {
            switch member.value {
            case .string(let string): texts.append((member.key, string))
            case .number(let number): texts.append((member.key, number.literal))
            case .bool(let bool): texts.append((member.key, bool ? "on" : "off"))
            case .null, .array, .object: throw error(member.key, "a string")
            }
        }
        return texts
    }
}
