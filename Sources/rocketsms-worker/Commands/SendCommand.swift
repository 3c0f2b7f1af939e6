internal import Glibc
internal import JSON
internal import Requests
internal import RocketSMS
internal import SMSPipeline
internal import SMSWorker

/// `send`
struct SendCommand: Command {
    static let sections: [String]? = ["rocketsms"]
    static let configuration = CommandConfiguration(
        name: "send", abstract: "Send one SMS through the provider now, without Kafka; it costs money.",
        discussion: """
            Asks first on a terminal; elsewhere --yes is needed. Exit 75: provably not sent, safe to repeat; 76: nobody knows, do not \
            repeat blindly; 65: refused, the code is printed; 77: credentials refused. With --phone - and --text - neither is seen in the list of \
            processes: the first line of standard input is the phone, the rest the text.
            """,
        example: "send --phone 375291234567 --text 'Code 1234' --priority --yes",
        options: [
            .value("--phone", "PHONE", "International: 375291234567; - reads it from standard input, its first line."),
            .value("--text", "TEXT", "The message, 1 to 2,000 characters; - reads it from standard input."),
            .value("--template", "TPL_ID_N", "A template of the account instead of a text."),
            .value("--sender", "NAME", "Up to 11 characters; the account's main name where it is missing."),
            .value("--send-at", "TIME", "RFC 3339: 2026-11-24T09:00:00+03:00."),
            .flag("--priority", "Skip the provider's queue: only for codes, passwords and the like."),
            Consent.dryRun, Consent.yes, .json,
        ])

    private let arguments: ParsedArguments

    init(_ arguments: ParsedArguments) throws(UsageError) {
        self.arguments = arguments
        _ = try arguments.required("--phone")
        guard (arguments["--text"] == nil) != (arguments["--template"] == nil) else {
            throw UsageError("Give either --text or --template.")
        }
    }

    func run(_ context: CommandContext) async throws -> ExitStatus {
        let request = try request(MessageInput(arguments, context.console))
        let call = try ProviderCall(context, printsJSON: arguments.has("--json"))
        defer { call.api.close() }
        let parts = Int(request.echo.parts)
        if call.maxParts > 0, parts > call.maxParts {
            return try call.failed(
                .refused, error: "TOO_MANY_PARTS", outcome: "refused", "The text takes \(parts) parts, and \(call.maxParts) are allowed.")
        }
        let consent = Consent(arguments)
        try consent.requireAnswer(context.console)
        if consent.isDryRun { return try wouldSend(parts, call) }
        let question = parts > 1 ? "Send one SMS of \(parts) parts now?" : "Send one SMS now?"
        try consent.ask(question, context.console, declined: CommandFailure(.notSent, "Not sent."))
        let message = SendMessage(
            phone: request.message.phone, text: request.message.text, sender: request.message.sender,
            timestamp: request.sendAt.map { ($0 + 999) / 1_000 }, priority: request.isPriority)
        switch await call.api.send(message) {
        case .accepted(let receipt): return try accepted(receipt, parts, call)
        case .refused(let code, let kind): return try call.refused(code, kind)
        case .notSent(let reason, _):
            return try call.failed(.notSent, error: reason.description, outcome: "notSent", "Not sent: \(reason.description).")
        case .unknown(let reason, _):
            return try call.failed(
                .unknown, error: reason.description, outcome: "unknown",
                "Nobody knows whether it was sent: \(reason.description). Do not repeat it blindly.")
        }
    }

    private func wouldSend(_ parts: Int, _ call: ProviderCall) throws -> ExitStatus {
        let length = parts == 0 ? "of a length that its template has" : "of \(parts) \(parts == 1 ? "part" : "parts")"
        return try call.answer(["would be sent: one SMS \(length)"]) { writer in
            writer.beginObject()
            writer.member("dryRun", true)
            if parts > 0 { writer.member("parts", parts) }
            writer.endObject()
        }
    }

    /// The same rules as for a record on the request topic.
    private func request(_ input: MessageInput) throws -> SendRequest {
        var writer = JSONWriter()
        writer.beginObject()
        if let phone = input.phone { writer.member("phone", phone) }
        if let text = input.text { writer.member("text", text) }
        if let template = arguments["--template"] { writer.member("template", template) }
        if let sender = arguments["--sender"] { writer.member("sender", sender) }
        if let time = arguments["--send-at"] { writer.member("sendAt", time) }
        writer.member("priority", arguments.has("--priority"))
        writer.endObject()
        let decoded = writer.bytes.withUnsafeBytes {
            RequestDecoder.decode(
                key: nil, value: $0, headers: RequestHeaders(), at: RecordPosition(topic: "send", partition: 0, offset: 0), timestamp: 0,
                isPriorityTopic: false)
        }
        switch decoded {
        case .request(let request): return request
        case .deadLetter(let reason): throw UsageError("\(reason.code.rawValue): \(reason.message).")
        case .command: throw UsageError("That is no message.")
        }
    }

    private func accepted(_ receipt: SendReceipt, _ parts: Int, _ call: ProviderCall) throws -> ExitStatus {
        let id = receipt.ids.joined(separator: ",")
        let cost = receipt.cost.map { ", \($0.credits ?? "?") credits, \($0.money ?? "?") BYN" } ?? ""
        let length = parts > 0 ? ", \(parts) part\(parts == 1 ? "" : "s")" : ""
        return try call.answer(["accepted as \(id): \(receipt.status)\(length)\(cost)"]) { writer in
            writer.beginObject()
            writer.member("id", id)
            writer.member("status", receipt.status)
            if let cost = receipt.cost {
                writer.key("cost")
                writer.beginObject()
                ProviderCall.literal(&writer, "credits", cost.credits)
                ProviderCall.literal(&writer, "money", cost.money)
                writer.endObject()
            }
            writer.endObject()
        }
    }
}
