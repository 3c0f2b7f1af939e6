import EventLoop
import Requests
import SMSPipeline
import Time

/// What many schedules came to.
struct Report {
    private(set) var schedules = 0
    private var events: [Int] = []
    private var requests: [Int] = []
    private var processes: [Int] = []
    private var elapsed: Int64 = 0
    private var posts = 0
    private var messages = 0
    private var faults: [String: Int] = [:]
    private var failed = 0
    private var findings: [String: (count: Int, seeds: [UInt64], text: String)] = [:]

    var hasFindings: Bool { !findings.isEmpty }
    /// What was found first.
    private(set) var first: String?

    mutating func add(_ outcome: Outcome) {
        schedules += 1
        events.append(outcome.events)
        requests.append(outcome.requests)
        processes.append(outcome.processes)
        elapsed += outcome.elapsed.nanoseconds / 1_000_000
        posts += outcome.posts
        messages += outcome.messages
        for (fault, count) in outcome.faults { faults[fault, default: 0] += count }
        if !outcome.findings.isEmpty { failed += 1 }
        if first == nil, let found = outcome.findings.first { first = "\(found.kind.rawValue): \(found.text)" }
        for finding in outcome.findings {
            var entry = findings[finding.label] ?? (0, [], "")
            entry.count += 1
            if entry.seeds.count < 8 { entry.seeds.append(outcome.seed) }
            if entry.text.isEmpty { entry.text = finding.text }
            findings[finding.label] = entry
        }
    }

    func print(seconds: Double, ofProcessor processor: Double) {
        func median(_ values: [Int]) -> Int { values.isEmpty ? 0 : values.sorted()[values.count / 2] }
        Swift.print(
            "\(schedules) schedules in \(round(seconds, 1)) s, \(round(processor, 1)) s of a core: \(round(Double(schedules) / processor, 0)) a second a core"
        )
        let all = events.reduce(0, +)
        Swift.print("events: \(all), \(round(processor * 1e6 / Double(max(1, all)), 1)) µs each")
        let sorted = events.sorted()
        let shares = [10, 50, 75, 90, 95, 99].map { "\($0) %: \(sorted.isEmpty ? 0 : sorted[(sorted.count - 1) * $0 / 100])" }
        Swift.print("events by schedule: " + shares.joined(separator: ", "))
        Swift.print(
            "virtual time: \(elapsed / 3_600_000) h; median events \(median(events)), requests \(median(requests)), processes \(median(processes))"
        )
        Swift.print("POSTs: \(posts); messages taken: \(messages)")
        Swift.print("faults: " + faults.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))
        if findings.isEmpty { return Swift.print("findings: none") }
        Swift.print("findings: in \(failed) schedules")
        for (kind, entry) in findings.sorted(by: { $0.value.count > $1.value.count }) {
            Swift.print("  \(entry.count)\t\(kind)\n\t  seeds \(entry.seeds.map { "\($0)" }.joined(separator: " "))\n\t  \(entry.text)")
        }
    }

    private func round(_ value: Double, _ digits: Int) -> String {
        let factor = digits == 1 ? 10.0 : 1.0
        let rounded = (value * factor).rounded() / factor
        return digits == 0 ? "\(Int(rounded))" : "\(rounded)"
    }
}
