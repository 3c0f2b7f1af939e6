/// The query of a control request; errors name the parameter.
struct ControlQuery {
    private var values: [String: String] = [:]

    init(_ query: String) {
        for pair in query.split(separator: "&") {
            let words = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if words.count == 2 { values[String(words[0])] = String(words[1]) }
        }
    }

    func number(_ name: String, _ range: ClosedRange<Int>) throws(SimulatorSwitchError) -> Int? {
        guard let text = values[name] else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw SimulatorSwitchError("\(name): a whole number in \(range.lowerBound)...\(range.upperBound) was expected")
        }
        return number
    }

    func duration(_ name: String) throws(SimulatorSwitchError) -> Duration? {
        guard let text = values[name] else { return nil }
        guard let duration = DurationText.parse(text), duration <= .seconds(3_600) else {
            throw SimulatorSwitchError("\(name): a duration such as 500ms, 5s, up to 1h, was expected")
        }
        return duration
    }
}
