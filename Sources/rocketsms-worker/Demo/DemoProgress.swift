internal import EventLoop
internal import JSON
internal import Requests
internal import SMSPipeline
internal import Synchronization
internal import Time

/// What the demonstration has seen so far, from two threads.
final class DemoProgress: Sendable {
    struct Line: Sendable {
        var statuses: [String] = []
        var last = ""
        var isFinal = false
    }

    private struct State {
        var lines: [String: Line] = [:]
        var deadLetters: [String] = []
    }

    private let state = Mutex(State())
    private let start = MonotonicInstant.now
    private let print: @Sendable (String) -> Void

    init(print: @escaping @Sendable (String) -> Void) { self.print = print }

    func event(_ value: [UInt8]) {
        guard let event = try? JSONValue(parsing: value), let id = event["requestId"]?.stringValue,
            let status = event["status"]?.stringValue
        else { return }
        var text = status
        if let code = event["reason"]?["code"]?.stringValue { text += " (\(code))" }
        if event["possibleDuplicate"] == .bool(true) { text += ", possibleDuplicate" }
        let isFinal = event["final"] == .bool(true)
        state.withLock { state in
            state.lines[id, default: Line()].statuses.append(status)
            state.lines[id, default: Line()].last = text
            state.lines[id, default: Line()].isFinal = isFinal
        }
        say("sms.status       \(id): \(text)\(isFinal ? ", final" : "")")
    }

    func deadLetter(_ value: [UInt8]) {
        let id = (try? JSONValue(parsing: value))?["id"]?.stringValue ?? "?"
        state.withLock { $0.deadLetters.append(id) }
        say("sms.dead-letter  \(id): no request can be made of it")
    }

    func say(_ text: String) {
        let tenths = (MonotonicInstant.now - start).milliseconds / 100
        let time = "\(tenths / 10).\(tenths % 10)"
        print(String(repeating: " ", count: max(0, 6 - time.count)) + time + " s  " + text)
    }

    func line(_ id: String) -> Line? { state.withLock { $0.lines[id] } }

    func isDeadLetter(_ id: String) -> Bool { state.withLock { $0.deadLetters.contains(id) } }

    func isEnded(_ story: DemoStory) -> Bool { story.phone == nil ? isDeadLetter(story.id) : line(story.id)?.isFinal ?? false }
}
