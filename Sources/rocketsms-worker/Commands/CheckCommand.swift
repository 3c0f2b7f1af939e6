internal import EventLoop
internal import JSON
internal import Kafka
internal import Logging
internal import Requests
internal import RocketSMS
internal import SMSPipeline
internal import SMSWorker
internal import Time

/// `check`
struct CheckCommand: Command {
    static let configuration = CommandConfiguration(
        name: "check", abstract: "Look at all that `run` will need: a line each, and what to do where something is not well.",
        discussion: """
            Broker, TLS, rights, topics, provider, credentials, senders and clock, with the configuration of `run`. It sends \
            nothing, joins no group and makes nothing, so it may run beside workers. What shows by a write alone (Write on the \
            ledgers and on transactional ids) is named and not tried. The clock is held against the Date of the provider's \
            answers: ten seconds are allowed. Over SMPP (PROVIDER_TRANSPORT=smpp) it binds once, as a transmitter, so that it is \
            given no receipt, and unbinds; that is one bind more of those that the account may have. Ends within --timeout and \
            five seconds, whoever hangs; exit 1 where there is a finding.
            """,
        example: "check --config worker.json",
        options: [.value("--timeout", "DURATION", "How long to wait for answers, in all. Default: 30s."), .json])

    /// A call that hangs is left behind so much later.
    private static let grace = Duration.seconds(3)

    private let timeout: Duration
    private let printsJSON: Bool

    init(_ arguments: ParsedArguments) throws(UsageError) {
        timeout = try arguments.duration("--timeout", upTo: .seconds(600)) ?? .seconds(30)
        printsJSON = arguments.has("--json")
    }

    func run(_ context: CommandContext) async throws -> ExitStatus {
        // What the client library has to say of a broker that is away stands in the lines.
        let configuration = try context.load(requiring: .run, logsFrom: .error).configuration
        async let provider = Self.askProvider(configuration, timeout)
        let kafka = try await askKafka(configuration)
        let lines = KafkaCheck(configuration, kafka).lines + (try await provider)
        let findings = lines.count { $0.result == .finding }
        if printsJSON {
            try context.console.print(json: Self.json(lines, findings))
        } else {
            for line in lines { try context.console.print(Self.text(line)) }
        }
        return findings == 0 ? .done : .findings
    }

    private static func askProvider(_ configuration: WorkerConfiguration, _ timeout: Duration) async throws -> [CheckLine] {
        if let smpp = configuration.smpp {
            do { return SMPPCheck(smpp, try await SMPPProbe.ask(smpp, within: timeout)).lines } catch let error as EventLoopError {
                throw CommandFailure(.failed, "The system refused a thread or a descriptor: \(error.description).")
            } catch {
                throw CommandFailure(.configuration, "SMPP_SYSTEM_ID, SMPP_PASSWORD, SMPP_SYSTEM_TYPE: the bind cannot be written.")
            }
        }
        var client: RocketSMSClient.Configuration
        do throws(ProviderSetupError) { client = try configuration.providerClient() } catch {
            throw CommandFailure(.configuration, "\(error.description).")
        }
        client.requestTimeout = min(client.requestTimeout, timeout / 3)
        client.connectTimeout = min(client.connectTimeout, timeout / 3)
        let api: RocketSMSAPI
        do throws(EventLoopError) { api = try RocketSMSAPI(client) } catch {
            throw CommandFailure(.failed, "The system refused a thread or a descriptor: \(error.description).")
        }
        defer { api.close() }
        return ProviderCheck(configuration, await ProviderFacts.ask(api)).lines
    }

    /// On a thread of its own, that is left behind where a call does not return.
    private func askKafka(_ configuration: WorkerConfiguration) async throws -> Result<KafkaFacts, KafkaError> {
        let thread = try WorkThread(name: "check")
        let deadline = MonotonicInstant.now + timeout
        let limit = timeout + Self.grace
        let (answers, give) = AsyncStream<Result<KafkaFacts, KafkaError>>.makeStream(bufferingPolicy: .bufferingOldest(1))
        let watch = Task {
            guard (try? await Task.sleep(for: limit)) != nil else { return }
            give.yield(.failure(KafkaError(failed: "a question did not return within \(ConfigurationDuration.text(limit))")))
        }
        defer {
            watch.cancel()
            thread.abandon()
        }
        thread.submit {
            do throws(KafkaError) {
                give.yield(.success(try KafkaProbe(configuration, until: deadline).ask()))
            } catch {
                give.yield(.failure(error))
            }
        }
        for await answer in answers { return answer }
        return .failure(KafkaError(failed: "the check was cancelled"))
    }

    static func text(_ line: CheckLine) -> String {
        let result = line.result.rawValue.padded(to: 8)
        return "\(result)\(line.subject.rawValue): \(line.sentence)\(line.remedy.map { ". \($0)" } ?? "")"
    }

    private static func json(_ lines: [CheckLine], _ findings: Int) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("findings", findings)
        writer.key("checks" as StaticString)
        writer.beginArray()
        for line in lines {
            writer.beginObject()
            writer.member("check", line.subject.rawValue)
            writer.member("result", line.result.rawValue)
            writer.member("message", line.sentence)
            if let remedy = line.remedy { writer.member("remedy", remedy) }
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(1, width - count)) }
}
