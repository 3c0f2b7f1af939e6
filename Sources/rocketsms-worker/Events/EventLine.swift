internal import JSON
internal import Requests
internal import SMSPipeline
internal import SMSWorker

/// A status event for a reader: one line, or its JSON.
enum EventLine {
    /// No phone and no text: an event has none. Metadata are left out.
    static func text(_ event: PublishedEvent) -> String {
        var parts = [Printable.text(event.at), Printable.text(event.requestID), "\(event.status.name)" + (event.isFinal ? " (final)" : "")]
        if let id = event.messageID { parts.append("message \(Printable.text(id))") }
        if let attempt = event.attempt, attempt > 1 { parts.append("attempt \(attempt)") }
        if let status = event.json["providerStatus"]?.stringValue { parts.append("provider status \(Printable.text(status))") }
        if let code = event.reasonCode {
            parts.append(Printable.text(code) + (event.reasonMessage.map { ": \(Printable.text($0))" } ?? ""))
        }
        if event.isPossibleDuplicate { parts.append("possible duplicate") }
        return parts.joined(separator: "  ")
    }

    /// The event's value, on one line.
    static func json(_ event: PublishedEvent) -> [UInt8] {
        var writer = JSONWriter()
        writer.value(event.json)
        return writer.bytes
    }
}
