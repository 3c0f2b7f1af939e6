internal import JSON
internal import Requests
internal import SMSPipeline
internal import SMSWorker

/// What an operator orders about a request: its command record, what it needs, and which event confirms it. Pure.
enum RequestOrder: Equatable, Sendable {
    case cancel
    case resolve(Requests.Command.Resolution)
    case forget

    enum Verdict: Equatable, Sendable {
        case confirmed
        /// The request went another way.
        case contradicted
    }

    /// The value of the command's record.
    func value(id: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        switch self {
        case .cancel:
            writer.member("command", "cancel")
            writer.member("id", id)
        case .forget:
            writer.member("command", "forget")
            writer.member("id", id)
        case .resolve(let resolution):
            writer.member("command", "resolve")
            writer.member("id", id)
            switch resolution {
            case .sent(let messageIDs):
                writer.member("as", "sent")
                if messageIDs.count == 1, !messageIDs[0].contains("=") {
                    writer.member("messageId", messageIDs[0])
                } else {
                    write(messageIDs, to: &writer)
                }
            case .resend: writer.member("as", "resend")
            case .failed: writer.member("as", "failed")
            }
        }
        writer.endObject()
        return writer.bytes
    }

    private func write(_ messageIDs: [String], to writer: inout JSONWriter) {
        guard !messageIDs.isEmpty else { return }
        writer.key("messageIds" as StaticString)
        writer.beginArray()
        for id in messageIDs { writer.string(id) }
        writer.endArray()
    }

    /// Why the worker would drop the command, as the end of a sentence; nil: it would not.
    ///
    /// - Parameter entry: nil: the request is closed.
    func refusal(of entry: LedgerEntry?) -> String? {
        switch (self, entry?.state) {
        case (.forget, nil), (.forget, .closed): nil
        case (.forget, _): "it is open, its final event is not published"
        case (_, nil), (_, .closed): "it is closed, its final event is published"
        case (.cancel, .waiting):
            entry?.hasUnknownOutcome == true ? "an earlier attempt may have become an SMS, so it cannot be cancelled any more" : nil
        case (.cancel, .held): "it is held, and can be resolved only"
        case (.resolve, .held): nil
        case (.resolve, .waiting): "it is not held, it waits to be sent"
        case (_, .sending): "its attempt has begun"
        case (_, .tracking): "the provider has accepted it"
        }
    }

    /// Where an event confirms it; else its tombstone does.
    var hasEvent: Bool { self != .forget }

    /// Whether an SMS may come of it.
    var maySend: Bool { self == .resolve(.resend) }

    /// What becomes of the request, as the end of a sentence.
    var participle: String {
        switch self {
        case .cancel: "cancelled"
        case .forget: "forgotten"
        case .resolve(.sent): "resolved as sent"
        case .resolve(.failed): "resolved as failed"
        case .resolve(.resend): "sent again"
        }
    }

    /// What an event of the request says of the order; the first one after it counts.
    ///
    /// - Parameter sendsFirst: of a message in parts some were never sent: they go now, and then it is no event of the command's.
    func verdict(_ event: PublishedEvent, sendsFirst: Bool = false) -> Verdict {
        let isResolved = event.reasonCode == "RESOLVED"
        let confirms =
            switch self {
            case .cancel: event.status == .failed && event.reasonCode == "CANCELLED"
            case .resolve(.sent): sendsFirst ? event.status != .failed : isResolved && event.status == .sent
            case .resolve(.failed): isResolved && event.status == .failed
            // Whatever comes of it, it was tried.
            case .resolve(.resend): !isResolved
            // Of a closed request none comes.
            case .forget: false
            }
        return confirms ? .confirmed : .contradicted
    }

    /// What to expect where no event came in time.
    var patience: String {
        switch self {
        case .resolve(.resend): "its event comes once the provider has accepted the message"
        case .cancel, .resolve, .forget: "the worker may be down, or behind, or it has dropped the command"
        }
    }
}
