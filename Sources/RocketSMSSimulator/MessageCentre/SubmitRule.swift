package import SMPP

/// A fault for the next parts that match. Rules are tried in order; the first that matches decides.
package struct SubmitRule: Sendable, Equatable {
    package var fault: SubmitFault
    /// The destination's last digits; empty: any part.
    package var phoneSuffix = ""
    /// The number of the part in its message, from 1; a part that is joined to none has 1. Nil: any.
    package var part: Int?
    /// So many matching parts pass first.
    package var skip = 0
    /// So many matching parts are hit; nil: all.
    package var count: Int? = 1
    /// Of `status`.
    package var status = CommandStatus.systemError
    /// Of `late`.
    package var delay = Duration.seconds(5)

    package init(_ fault: SubmitFault, phoneSuffix: String = "", part: Int? = nil, count: Int? = 1, skip: Int = 0) {
        self.fault = fault
        self.phoneSuffix = phoneSuffix
        self.part = part
        self.count = count
        self.skip = skip
    }
}

/// The rules that are left.
struct SubmitRules {
    private(set) var rules: [SubmitRule] = []

    mutating func clear() { rules = [] }

    /// - Throws: `SimulatorSwitchError` where there would be too many; nothing is added then.
    mutating func add(_ added: [SubmitRule]) throws(SimulatorSwitchError) {
        guard rules.count + added.count <= FaultPlan.maximumRules else {
            throw SimulatorSwitchError("more than \(FaultPlan.maximumRules) rules")
        }
        rules += added
    }

    /// - Returns: nil where nothing goes wrong.
    mutating func decide(_ phone: [UInt8], part: Int) -> SubmitRule? {
        for index in rules.indices {
            let rule = rules[index]
            guard FaultPlan.ends(phone, with: rule.phoneSuffix), rule.part == nil || rule.part == part else { continue }
            guard rule.skip == 0 else {
                rules[index].skip -= 1
                continue
            }
            if let count = rule.count {
                if count <= 1 { rules.remove(at: index) } else { rules[index].count = count - 1 }
            }
            return rule
        }
        return nil
    }
}
