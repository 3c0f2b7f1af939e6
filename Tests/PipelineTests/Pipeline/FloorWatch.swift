import SMSPipeline

/// How many attempts pass while a request waits in its line, against what the rule grants.
///
/// The rule: a line that waits saves up a twentieth of every turn that another has, and a whole one is its turn; where several have one, they
/// go one by one. So each request of a line costs it at most twenty turns of others, one of each line that has saved one too, and its own;
/// and the first line of all, the fresh codes, has what the five others leave it.
struct FloorWatch {
    private struct Wait {
        let line: FairLines.Line
        let bound: Int
        let since: Int
    }

    struct Worst {
        var waits = 0
        var attempts = 0
        /// Of the wait that came nearest to its bound, or went furthest beyond it.
        var bound = 0
        var waited = 0

        var share: Double { bound == 0 ? 0 : Double(waited) / Double(bound) }
    }

    /// Attempts over which a line's share is looked at.
    static let window = 2_000

    private(set) var attempts = 0
    private var waits: [Wait?]
    private var inLine = Array(repeating: 0, count: FairLines.Line.allCases.count)
    private(set) var worst = Array(repeating: Worst(), count: FairLines.Line.allCases.count)
    private let once: Int
    /// Lines in which somebody has waited since the window began, and what they had in it.
    private var isWaitedIn = Array(repeating: false, count: FairLines.Line.allCases.count)
    private var had = Array(repeating: 0, count: FairLines.Line.allCases.count)
    /// The least that a line had in a window in which somebody always waited; nil: there was none.
    private(set) var least: [Int?] = Array(repeating: nil, count: FairLines.Line.allCases.count)

    /// - Parameters:
    ///   - stock: committed intents of its lane that may be there when it comes: they go first, at the pace of their own line.
    ///   - late: requests that may come into the line before it and are seen after it: a backoff is drawn.
    init(count: Int, stock: Int, late: Int) {
        waits = Array(repeating: nil, count: count)
        // Each request stands in two lines, before its intent and after it.
        once = Int(Self.cost(.bulk)) * (stock + 1 + late)
    }

    private static func cost(_ line: FairLines.Line) -> Double {
        let others = Double(FairLines.Line.allCases.count - 1)
        return line == .priority ? 1 / (1 - others * FairLines.floor) : 1 / FairLines.floor + others + 1
    }

    func bound(_ line: FairLines.Line, ahead: Int) -> Int { Int(Self.cost(line) * Double(ahead + 1)) + once }

    mutating func joins(_ request: Int, _ line: FairLines.Line) {
        waits[request] = Wait(line: line, bound: bound(line, ahead: inLine[line.rawValue]), since: attempts)
        inLine[line.rawValue] += 1
    }

    /// Its attempt begins.
    mutating func goes(_ request: Int) {
        attempts += 1
        defer { lookAtWindow() }
        guard let wait = waits[request] else { return }
        waits[request] = nil
        inLine[wait.line.rawValue] -= 1
        had[wait.line.rawValue] += 1
        if inLine[wait.line.rawValue] == 0 { isWaitedIn[wait.line.rawValue] = false }
        let waited = attempts - wait.since
        var worst = worst[wait.line.rawValue]
        worst.waits += 1
        worst.attempts = max(worst.attempts, waited)
        if Double(waited) / Double(wait.bound) > worst.share { (worst.waited, worst.bound) = (waited, wait.bound) }
        self.worst[wait.line.rawValue] = worst
    }

    private mutating func lookAtWindow() {
        guard attempts.isMultiple(of: Self.window) else { return }
        for line in FairLines.Line.allCases where isWaitedIn[line.rawValue] {
            least[line.rawValue] = min(least[line.rawValue] ?? .max, share(line))
        }
        had = Array(repeating: 0, count: had.count)
        isWaitedIn = inLine.map { $0 > 0 }
    }

    /// What it had of the window. Fresh codes and those that are tried again go in the order in which they came: what the second have beyond
    /// their floor was their turn.
    private func share(_ line: FairLines.Line) -> Int {
        guard line == .priority else { return had[line.rawValue] }
        return had[line.rawValue] + max(0, had[FairLines.Line.priorityRetry.rawValue] - Int(Double(Self.window) * FairLines.floor))
    }

    /// What a line has at least of a window in which it waits.
    static func floor(_ line: FairLines.Line) -> Int { Int(Double(window) / cost(line)) }

    /// Of those that wait still, the longest of each line beyond its bound.
    func overdue() -> [String] {
        FairLines.Line.allCases.compactMap { line in
            let waiting = waits.compactMap { $0 }.filter { $0.line == line && attempts - $0.since > $0.bound }
            guard let longest = waiting.min(by: { $0.since < $1.since }) else { return nil }
            return "\(line): \(waiting.count) wait still, one for \(attempts - longest.since) attempts of \(longest.bound)"
        }
    }

    var broken: [String] {
        FairLines.Line.allCases.compactMap { line in
            let worst = worst[line.rawValue]
            return worst.waited > worst.bound ? "\(line): one waited for \(worst.waited) attempts, its floor allows \(worst.bound)" : nil
        }
            + FairLines.Line.allCases.compactMap { line in
                guard let least = least[line.rawValue], least < Self.floor(line) else { return nil }
                return "\(line): it had \(least) of \(Self.window) attempts while it waited, its floor is \(Self.floor(line))"
            } + overdue()
    }
}
