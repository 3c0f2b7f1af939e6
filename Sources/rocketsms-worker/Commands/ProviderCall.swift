internal import EventLoop
internal import JSON
internal import Requests
internal import RocketSMS
internal import SMSPipeline
internal import SMSWorker

/// What the commands share that talk to the provider directly: the client, and how outcomes are told.
struct ProviderCall {
    let console: Console
    let printsJSON: Bool
    let api: RocketSMSAPI
    /// 0: no limit.
    let maxParts: Int

    init(_ context: CommandContext, printsJSON: Bool) throws {
        console = context.console
        self.printsJSON = printsJSON
        let configuration = try context.load(requiring: .credentials).configuration
        maxParts = configuration.provider.maxParts
        let client: RocketSMSClient.Configuration
        do throws(ProviderSetupError) { client = try configuration.providerClient() } catch {
            throw CommandFailure(.configuration, "\(error.description).")
        }
        do throws(EventLoopError) { api = try RocketSMSAPI(client) } catch {
            throw CommandFailure(.failed, "The system refused a thread or a descriptor: \(error.description).")
        }
    }

    /// Prints an answer as the provider's own fields, or as lines for a person.
    func answer(_ lines: [String], json write: (inout JSONWriter) -> Void) throws -> ExitStatus {
        if printsJSON {
            var writer = JSONWriter()
            write(&writer)
            try console.print(json: writer.bytes)
        } else {
            for line in lines { try console.print(line) }
        }
        return .done
    }

    /// Tells a query that was not answered.
    func failure<Answer>(_ outcome: QueryOutcome<Answer>) throws -> ExitStatus {
        switch outcome {
        case .answered: .done
        case .refused(let code, let kind): try refused(code, kind)
        // A question that came through to nobody may be asked again: "safe to repeat" holds, "not sent" would be a guess.
        case .failed(let reason, _): try failed(.notSent, error: reason, outcome: "failed", "No answer from the provider: \(reason).")
        }
    }

    func refused(_ code: String, _ kind: RefusalKind) throws -> ExitStatus {
        try failed(
            kind == .account ? .denied : .refused, error: code, outcome: "refused",
            kind == .account ? "The provider refuses the credentials: \(code)." : "The provider refused: \(code).")
    }

    func failed(_ status: ExitStatus, error: String, outcome: String, _ sentence: String) throws -> ExitStatus {
        if printsJSON {
            var writer = JSONWriter()
            writer.beginObject()
            writer.member("error", error)
            writer.member("outcome", outcome)
            writer.endObject()
            try console.print(json: writer.bytes)
        } else {
            console.note(sentence)
        }
        return status
    }

    /// A number as the provider wrote it.
    static func literal(_ writer: inout JSONWriter, _ key: StaticString, _ text: String?) {
        guard let text else { return }
        writer.key(key)
        Array(text.utf8).withUnsafeBytes { writer.literal($0) }
    }
}
