/// Decides which request meets which fault: rules first, then chance, from a seed.
struct FaultPlan {
    /// Rules kept at once; more are refused.
    static let maximumRules = 10_000

    private(set) var rules: [FaultRule] = []
    /// By endpoint.
    private var probabilities: [[FaultKind: Double]] = Array(repeating: [:], count: Endpoint.allCases.count)
    /// The same as running sums, so that one number decides.
    private var ladders: [[(limit: Double, kind: FaultKind)]] = Array(repeating: [], count: Endpoint.allCases.count)
    private var generator: SplitMix64

    init(seed: UInt64, shares: [FaultKind: Double]) throws(SimulatorSwitchError) {
        generator = SplitMix64(seed: seed)
        for endpoint in Endpoint.allCases { try setProbabilities(shares, at: endpoint) }
    }

    /// Outage, fates and release are the caller's business.
    ///
    /// - Throws: `SimulatorSwitchError` for probabilities that are more than 1 together, or too many rules; nothing is changed then.
    mutating func apply(_ change: FaultChange) throws(SimulatorSwitchError) {
        var plan = self
        if change.clear.contains(.rules) { plan.rules = [] }
        if change.clear.contains(.probabilities) {
            for endpoint in Endpoint.allCases {
                plan.probabilities[endpoint.rawValue] = [:]
                plan.ladders[endpoint.rawValue] = []
            }
        }
        if let seed = change.seed { plan.generator = SplitMix64(seed: seed) }
        if !change.probabilities.isEmpty {
            for endpoint in Endpoint.allCases where change.endpoint == nil || change.endpoint == endpoint {
                try plan.setProbabilities(change.probabilities, at: endpoint)
            }
        }
        plan.rules += change.rules
        guard plan.rules.count <= FaultPlan.maximumRules else { throw SimulatorSwitchError("more than \(FaultPlan.maximumRules) rules") }
        self = plan
    }

    func probability(_ kind: FaultKind, at endpoint: Endpoint) -> Double { probabilities[endpoint.rawValue][kind] ?? 0 }

    private mutating func setProbabilities(_ shares: [FaultKind: Double], at endpoint: Endpoint) throws(SimulatorSwitchError) {
        var all = probabilities[endpoint.rawValue]
        for (kind, share) in shares { all[kind] = share == 0 ? nil : share }
        var sum = 0.0
        var ladder: [(limit: Double, kind: FaultKind)] = []
        for kind in FaultKind.chanceKinds {
            guard let share = all[kind] else { continue }
            sum += share
            ladder.append((sum, kind))
        }
        guard sum <= 1.000_000_1 else {
            throw SimulatorSwitchError("the probabilities of faults at \(endpoint.name) are more than 1 together")
        }
        probabilities[endpoint.rawValue] = all
        ladders[endpoint.rawValue] = ladder
    }

    /// - Returns: nil where nothing goes wrong.
    mutating func decide(_ endpoint: Endpoint, _ parameters: borrowing FormParameters) -> FaultRule? {
        if !rules.isEmpty, let index = matchingRule(endpoint, parameters) {
            let rule = rules[index]
            if let count = rule.count {
                if count <= 1 {
                    rules.remove(at: index)
                } else {
                    rules[index].count = count - 1
                }
            }
            return rule
        }
        let ladder = ladders[endpoint.rawValue]
        guard !ladder.isEmpty else { return nil }
        let share = generator.share()
        return ladder.first { share < $0.limit }.map { FaultRule($0.kind) }
    }

    /// Uniform in the range.
    mutating func delay(_ range: ClosedRange<Duration>) -> Duration {
        range.lowerBound + (range.upperBound - range.lowerBound) * generator.share()
    }

    /// The first rule that matches and has nothing to skip any more.
    private mutating func matchingRule(_ endpoint: Endpoint, _ parameters: borrowing FormParameters) -> Int? {
        var phone: [UInt8]?
        var text: [UInt8]?
        for index in rules.indices {
            let rule = rules[index]
            if let wanted = rule.endpoint, wanted != endpoint { continue }
            if !rule.phoneSuffix.isEmpty {
                if phone == nil { phone = parameters.phone?.bytes ?? [] }
                guard let phone, FaultPlan.ends(phone, with: rule.phoneSuffix) else { continue }
            }
            if !rule.text.isEmpty {
                if text == nil { text = parameters.text?.bytes ?? [] }
                guard let text, FaultPlan.contains(text, Array(rule.text.utf8)) else { continue }
            }
            guard rule.skip == 0 else {
                rules[index].skip -= 1
                continue
            }
            return index
        }
        return nil
    }

    static func ends(_ bytes: [UInt8], with suffix: String) -> Bool {
        bytes.count >= suffix.utf8.count && bytes.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
    }

    private static func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
        guard bytes.count >= part.count else { return false }
        return (0...(bytes.count - part.count)).contains { bytes[$0..<$0 + part.count].elementsEqual(part) }
    }
}
