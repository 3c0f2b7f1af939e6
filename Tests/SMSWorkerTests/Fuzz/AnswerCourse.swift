import RocketSMS
import SMSPipeline

#if FUZZ
    import Requests
#else
    @testable import Requests
    @testable import SMSWorker
#endif

/// A request from its intent to its end, by whatever the provider answers: the bytes of an answer become a ledger record, and that one is
/// read again, alone and by the fold of its partition. The worker's own record that it cannot read would stop it at its next answer, and
/// keep its partition closed from the next restore on.
struct AnswerCourse {
    private var entry: LedgerEntry
    private var fold = LedgerFold()
    private static let now: Int64 = 1_795_500_000_123
    private static let statuses = [200, 200, 200, 200, 429, 500, 503, 302]

    init() {
        let echo = Echo(id: Array("ord-1".utf8), key: nil, metadata: nil, traceparent: nil, tracestate: nil)
        entry = LedgerEntry(
            echo: echo, message: Message(phone: Array("375296890043".utf8), text: Array("a".utf8), isTemplate: false, sender: nil),
            offset: 7,
            timestamp: Self.now, isPriority: false, policy: nil, admittedAt: Self.now, sendAt: nil, expiresAt: nil)
        entry.begin(mark: 9)
    }

    /// - Parameter bytes: the HTTP status by number, then the bodies of the answer to the send and to the questions behind it, with a record
    ///   separator between two.
    consuming func finding(_ bytes: [UInt8]) -> String? {
        guard let first = bytes.first else { return nil }
        let decoder = ReplyDecoder(classifier: RefusalClassifier())
        let answer = ProviderAnswer(status: Self.statuses[Int(first) % Self.statuses.count], wait: nil)
        for (number, body) in bytes.dropFirst().split(separator: 0x1E, omittingEmptySubsequences: false).enumerated() {
            let question: ProviderRequest = number == 0 ? .send(SendMessage(phone: "375296890043", text: "a")) : .status(id: "8767")
            let reply = body.withUnsafeBytes { decoder.reply(to: question, answer, body: $0) }
            guard let event = GatewayEvent(reply, tag: 1) else { return "an answer that says nothing" }
            take(event)
            guard entry.state != .closed else { return nil }
            if let failure = writtenIsRead() { return "\(failure) after \(event)" }
        }
        return nil
    }

    private mutating func take(_ event: GatewayEvent) {
        switch event {
        case .submitted(_, .accepted(let acceptance)): _ = entry.accept(acceptance, at: Self.now)
        case .submitted(_, .refused(let code)): _ = entry.refuse(code: code, at: Self.now)
        case .submitted(_, .unknown(let reason)):
            _ = entry.unknown(reason, default: .hold, maxAttempts: 3, notBefore: Self.now, at: Self.now)
        case .polled(_, .status(let status)) where entry.state == .tracking: _ = entry.learn(status, at: Self.now)
        default: break
        }
    }

    private mutating func writtenIsRead() -> String? {
        let value = LedgerCodec.bytes(of: entry)
        let read = value.withUnsafeBytes { try? LedgerCodec.decode($0) }
        guard read == .open(entry) else { return "the ledger does not give back what was written" }
        let isTaken = value.withUnsafeBytes { value in
            entry.echo.id.withUnsafeBytes { (try? fold.add(key: $0, value: value, at: 0)) != nil }
        }
        guard isTaken, let ledger = try? fold.finished(beginning: 0, now: Self.now) else { return "the partition stays closed" }
        return ledger.active.count + ledger.tracked.count == 1 ? nil : "the partition has lost it"
    }
}
