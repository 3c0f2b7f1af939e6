internal import Requests

/// Requests that wait for the same thing, in six lines: two lanes, each with what is fresh, what is tried again, and what has policy
/// `fail` or `hold`.
///
/// The priority lane goes before the bulk lane; in a lane, whoever came first. But every line that waits saves up a twentieth of what is
/// taken from the others, and a whole one is its turn: so none waits for ever behind any backlog.
package struct FairLines {
    package enum Line: Int, CaseIterable, Equatable, Sendable {
        case priority, priorityRetry, priorityStrict, bulk, bulkRetry, bulkStrict

        package init(_ request: PendingRequest) {
            let isPriority = request.entry.isPriority
            self =
                if request.isStrict { isPriority ? .priorityStrict : .bulkStrict } else if request.isRetry {
                    isPriority ? .priorityRetry : .bulkRetry
                } else {
                    isPriority ? .priority : .bulk
                }
        }

        package var isPriority: Bool { rawValue < Line.bulk.rawValue }
        package var isStrict: Bool { self == .priorityStrict || self == .bulkStrict }
        package var isRetry: Bool { self == .priorityRetry || self == .bulkRetry }
    }

    /// What a line gets at least while it waits.
    package static let floor = 0.05

    /// A place in a line; one that joins another line, or this one again, leaves its old place behind.
    private struct Entry {
        let request: PendingRequest
        let turn: UInt64
    }

    private var lines = Array(repeating: Queue<Entry>(), count: Line.allCases.count)
    /// Those whose intent was withdrawn: ahead of their line.
    private var returned = Array(repeating: Queue<Entry>(), count: Line.allCases.count)
    private var saved = Array(repeating: 0.0, count: Line.allCases.count)
    /// Lines that somebody has left without a turn and comes back to: what they have saved stays, though nobody stands there meanwhile.
    private var isAwaited = Array(repeating: false, count: Line.allCases.count)
    private var turns: UInt64 = 0
    private let place: PendingRequest.Place

    /// - Parameter place: what has another one by now has moved on, and is passed over.
    init(_ place: PendingRequest.Place) { self.place = place }

    mutating func append(_ request: PendingRequest) {
        turns += 1
        request.turn = turns
        lines[Line(request).rawValue].append(Entry(request: request, turn: turns))
    }

    /// Its attempt did not come to pass: it has the place again that it had, ahead of all that came after it, and its line what that turn
    /// had cost. Else it would save up anew for each intent whose lease runs out.
    mutating func putBack(_ request: PendingRequest, turn: UInt64, paid: Double) {
        request.turn = turn
        let line = Line(request).rawValue
        saved[line] += paid
        returned[line].append(Entry(request: request, turn: turn))
    }

    /// Turns that the strict lines have saved up and not had.
    func strictTurns(atMost most: Int) -> Int {
        min(most, Int(saved[Line.priorityStrict.rawValue] + 1e-9) + Int(saved[Line.bulkStrict.rawValue] + 1e-9))
    }

    /// Whether a whole turn is saved up.
    func isDue(_ line: Line) -> Bool { saved[line.rawValue] >= 1 - 1e-9 }

    mutating func isEmpty(_ line: Line) -> Bool { head(line) == nil }

    /// The request whose turn it is among the lines that `mayGo`; nil where none may. It stays until `took`.
    mutating func next(where mayGo: (Line, PendingRequest) -> Bool) -> (line: Line, request: PendingRequest)? {
        var best: (line: Line, request: PendingRequest, isDue: Bool)?
        for line in Line.allCases {
            guard let request = head(line) else {
                if !isAwaited[line.rawValue] { saved[line.rawValue] = 0 }
                continue
            }
            guard mayGo(line, request) else { continue }
            let isDue = saved[line.rawValue] >= 1 - 1e-9
            guard let current = best else {
                best = (line, request, isDue)
                continue
            }
            let isBefore =
                if isDue != current.isDue { isDue } else if isDue { saved[line.rawValue] > saved[current.line.rawValue] } else {
                    line.isPriority == current.line.isPriority && request.turn < current.request.turn
                }
            if isBefore { best = (line, request, isDue) }
        }
        return best.map { ($0.line, $0.request) }
    }

    /// Of the heads of these lines the one that was admitted first.
    mutating func first(where isWanted: (Line) -> Bool = { _ in true }) -> PendingRequest? {
        var first: PendingRequest?
        for line in Line.allCases where isWanted(line) {
            guard let request = head(line) else { continue }
            if let current = first, current.entry.admittedAt <= request.entry.admittedAt { continue }
            first = request
        }
        return first
    }

    /// The head of this line goes: the others that wait have saved a part of a turn.
    ///
    /// - Parameter mostSaved: turns that a strict line can save up: it needs a free slot, and these come in bunches.
    /// - Returns: what the line has paid of its savings, at most a whole turn.
    @discardableResult
    mutating func took(_ line: Line, mostSaved: Double) -> Double {
        removeFirst(line)
        isAwaited[line.rawValue] = false
        let paid = min(1, saved[line.rawValue])
        saved[line.rawValue] -= paid
        for other in Line.allCases where other != line && !(lines[other.rawValue].isEmpty && returned[other.rawValue].isEmpty) {
            // More than that, where intents were withdrawn, is what they had paid.
            let more = min(other.isStrict ? max(1, mostSaved) : 1, saved[other.rawValue] + Self.floor)
            saved[other.rawValue] = max(saved[other.rawValue], more)
        }
        return paid
    }

    /// The head of this line leaves without having had its turn: it costs its line nothing, and gives the others nothing.
    mutating func leftWithoutTurn(_ line: Line) {
        removeFirst(line)
        isAwaited[line.rawValue] = true
    }

    private mutating func removeFirst(_ line: Line) {
        if returned[line.rawValue].popFirst() == nil { _ = lines[line.rawValue].popFirst() }
    }

    /// Lets go of what has moved on behind a head that must wait.
    ///
    /// - Parameter living: how many can be here at most.
    mutating func compact(living: Int) {
        for index in lines.indices where lines[index].count > 2 * living + 1_024 {
            var line = lines[index]
            line.removeAll { !isHere($0) }
            lines[index] = line
        }
    }

    var count: Int { lines.reduce(0) { $0 + $1.count } + returned.reduce(0) { $0 + $1.count } }

    private mutating func head(_ line: Line) -> PendingRequest? {
        while let entry = returned[line.rawValue].first {
            if isHere(entry) { return entry.request }
            _ = returned[line.rawValue].popFirst()
        }
        while let entry = lines[line.rawValue].first {
            if isHere(entry) { return entry.request }
            _ = lines[line.rawValue].popFirst()
        }
        return nil
    }

    private func isHere(_ entry: Entry) -> Bool {
        let request = entry.request
        return request.turn == entry.turn && request.place == place && request.assignment.isAlive && request.assignment.phase == .open
    }
}
