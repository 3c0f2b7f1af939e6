import Requests
import SMSPipeline
import Time

/// What the command line asks for.
struct Arguments {
    enum Mode {
        case many
        case one(UInt64)
        case selfCheck
        /// So many requests without any fault, for who counts what they cost.
        case steady(Int)
        /// The cluster's own scripts.
        case scripts
        case help
    }

    var mode = Mode.many
    var seeds: Int?
    var from: UInt64 = 1
    var step: UInt64 = 1
    var minutes: Double?
    var jobs = 1
    var isQuiet = false
    /// Seeds alone that go by the second door.
    var isOverSMPP = false
    /// Ends with the first finding; seeds that failed once have no precedence.
    var stopsAtFirst = false
    /// Of the findings of one seed, the one that the shrinker keeps.
    var which = 0
    /// Changes to what a seed draws: classes that are off, and the size.
    var overrides = Overrides()

    init(_ arguments: [String]) throws(ArgumentError) {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "--seeds": seeds = try Self.number(&rest, argument)
            case "--from": from = UInt64(try Self.number(&rest, argument))
            case "--step": step = UInt64(try Self.number(&rest, argument))
            case "--minutes":
                guard let value = rest.popFirst().flatMap({ Double($0) }) else { throw ArgumentError("--minutes wants a number") }
                minutes = value
            case "--jobs": jobs = max(1, try Self.number(&rest, argument))
            case "--seed": mode = .one(UInt64(try Self.number(&rest, argument)))
            case "--steady": mode = .steady(try Self.number(&rest, argument))
            case "--scripts": mode = .scripts
            case "--self-check": mode = .selfCheck
            case "--finding": which = try Self.number(&rest, argument)
            case "--quiet": isQuiet = true
            case "--smpp": isOverSMPP = true
            case "--first": stopsAtFirst = true
            case "--requests": overrides.requests = try Self.number(&rest, argument)
            case "--workers": overrides.workers = try Self.number(&rest, argument)
            case "--without":
                for name in (rest.popFirst() ?? "").split(separator: ",") {
                    guard let fault = FaultClass(rawValue: String(name)) else { throw ArgumentError("there is no class \(name)") }
                    overrides.without |= fault.bit
                }
            case "--help", "-h": mode = .help
            default: throw ArgumentError("\(argument) is not known")
            }
        }
    }

    private static func number(_ rest: inout ArraySlice<String>, _ name: String) throws(ArgumentError) -> Int {
        guard let value = rest.popFirst().flatMap({ Int($0) }), value >= 0 else { throw ArgumentError("\(name) wants a number") }
        return value
    }
}

struct ArgumentError: Error {
    let text: String
    init(_ text: String) { self.text = text }
}

/// What is taken away from a seed's schedule.
struct Overrides: Equatable {
    var without: UInt64 = 0
    var requests: Int?
    var workers: Int?

    func apply(to options: inout Options) {
        options.classes &= ~without
        if let requests { options.requests = min(options.requests, requests) }
        if let workers { options.workers = min(options.workers, workers) }
    }

    /// As the command line takes them.
    var arguments: String {
        var text = ""
        let names = FaultClass.allCases.filter { without & $0.bit != 0 }.map(\.rawValue)
        if !names.isEmpty { text += " --without " + names.joined(separator: ",") }
        if let requests { text += " --requests \(requests)" }
        if let workers { text += " --workers \(workers)" }
        return text
    }
}

extension Options {
    init(seed: UInt64, _ overrides: Overrides) {
        self.init(seed: seed)
        overrides.apply(to: &self)
    }
}
