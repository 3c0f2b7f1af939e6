internal import EventLoop
internal import JSON
internal import Kafka
internal import Requests
internal import SMSPipeline
internal import SMSWorker
internal import Time

/// What a ledger knows of one request, for people and programs: no phone, no text, no key, no metadata.
struct RequestStory {
    private let id: String
    private let request: FoundRequest
    /// Name and value, in order; values are strings, numbers or truths.
    private let facts: [(name: String, value: Value)]

    private enum Value {
        case text(String)
        case number(Int64)
        case truth(Bool)
        case texts([String])
    }

    init(id: String, _ request: FoundRequest) {
        self.id = id
        self.request = request
        facts = request.answer.entry.map(Self.facts) ?? []
    }

    private var state: LedgerEntry.State { request.answer.entry?.state ?? .closed }

    private static func facts(_ entry: LedgerEntry) -> [(name: String, value: Value)] {
        func time(_ milliseconds: Int64) -> Value { .text(RFC3339.string(milliseconds)) }
        var facts: [(name: String, value: Value)] = [("admittedAt", time(entry.admittedAt))]
        if let sendAt = entry.sendAt { facts.append(("sendAt", time(sendAt))) }
        if let expiresAt = entry.expiresAt { facts.append(("expiresAt", time(expiresAt))) }
        if entry.notBefore > 0 { facts.append(("notBefore", time(entry.notBefore))) }
        if entry.acceptedAt > 0 { facts.append(("acceptedAt", time(entry.acceptedAt))) }
        facts.append(("attempts", .number(Int64(entry.attempt))))
        if entry.unknownAttempts > 0 { facts.append(("unknownAttempts", .number(Int64(entry.unknownAttempts)))) }
        if entry.failures > 0 { facts.append(("notSentInARow", .number(Int64(entry.failures)))) }
        if entry.hasUnknownOutcome { facts.append(("possibleDuplicate", .truth(true))) }
        if entry.pausedMilliseconds > 0 { facts.append(("pausedSeconds", .number(entry.pausedMilliseconds / 1_000))) }
        if entry.isPriority { facts.append(("priority", .truth(true))) }
        if let policy = entry.policy { facts.append(("onUnknown", .text("\(policy)"))) }
        if let status = entry.lastStatus { facts.append(("lastStatus", .text("\(status.name)"))) }
        if !entry.echo.providerStatus.isEmpty {
            facts.append(("providerStatus", .text(String(decoding: entry.echo.providerStatus, as: UTF8.self))))
        }
        if !entry.echo.messageIDs.isEmpty { facts.append(("messageIds", .texts(entry.echo.messageIDs))) }
        facts.append(("events", .number(Int64(entry.sequence))))
        if entry.echo.parts > 0 { facts.append(("parts", .number(Int64(entry.echo.parts)))) }
        return facts
    }

    // MARK: Shown

    /// One line.
    var line: String {
        let entry = request.answer.entry
        let since = RFC3339.string(request.answer.writtenAt)
        return "\(since)  \(Printable.text(id))  \(request.position.text)  \(state.name)  attempts \(entry?.attempt ?? 0)"
    }

    /// A fact a line.
    var lines: [String] {
        var lines = ["\(Printable.text(id)): \(state.name) since \(RFC3339.string(request.answer.writtenAt)), \(request.position.text)"]
        if request.answer.entry == nil { lines.append("  its final event is published; the ledger keeps nothing but its id") }
        for fact in facts { lines.append("  \(fact.name): \(Self.text(fact.value))") }
        return lines
    }

    private static func text(_ value: Value) -> String {
        switch value {
        case .text(let text): Printable.text(text)
        case .number(let number): "\(number)"
        case .truth(let truth): "\(truth)"
        case .texts(let texts): texts.map(Printable.text).joined(separator: ", ")
        }
    }

    /// `{"requests": […]}`
    static func document(_ stories: [RequestStory]) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("requests" as StaticString)
        writer.beginArray()
        for story in stories { story.write(to: &writer) }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }

    private func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("id", id)
        writer.member("topic", request.place.topic)
        writer.member("partition", request.place.partition)
        writer.member("offset", request.answer.offset)
        writer.member("state", "\(state.name)")
        writer.member("since", RFC3339.string(request.answer.writtenAt))
        for fact in facts {
            writer.key(fact.name)
            switch fact.value {
            case .text(let text): writer.string(text)
            case .number(let number): writer.integer(number)
            case .truth(let truth): writer.bool(truth)
            case .texts(let texts):
                writer.beginArray()
                for text in texts { writer.string(text) }
                writer.endArray()
            }
        }
        writer.endObject()
    }
}
