package import Requests
package import RocketSMS
package import SMSPipeline
internal import Time

/// What the provider's answers mean to the pipeline.
extension GatewayEvent {
    /// Nil for the answer to a call that no gateway makes.
    package init?(_ reply: Reply, tag: UInt64) {
        switch reply {
        case .send(let outcome): self = .submitted(tag: tag, Self.attempt(outcome))
        case .status(let outcome): self = .polled(tag: tag, Self.poll(outcome))
        case .balance(let outcome): self = .balance(Self.balance(outcome))
        case .senders(let outcome): self = .senders(Self.senders(outcome))
        case .templates(let outcome): self = .templates(Self.templates(outcome))
        case .bulk, .senderAdded: return nil
        }
    }

    /// The pause that a 503 asks for: whether the message was taken is unknown, and still nothing more should come for a while.
    package static func pause(_ reply: Reply) -> GatewayEvent? {
        if case .send(.unknown(_, let pause?)) = reply { .later(pause) } else { nil }
    }

    private static func attempt(_ outcome: SendOutcome) -> AttemptOutcome {
        switch outcome {
        case .accepted(let receipt):
            let cost = receipt.cost.map { Echo.Cost(credits: Array(($0.credits ?? "").utf8), money: Array(($0.money ?? "").utf8)) }
            return .accepted(Acceptance(messageIDs: receipt.ids, status: ReceivedStatus(receipt.status), cost: cost))
        case .refused(let code, .account): return .account(.credentials, code: code)
        case .refused(let code, .credit): return .account(.credit, code: code)
        case .refused(let code, .permanent): return .refused(code: code)
        case .refused(let code, .transient): return .notSent(reason: "the provider answered \(code)", retryAfter: nil, isAnswer: true)
        case .notSent(.leaseEnded, _): return .notBegun
        case .notSent(let reason, let after): return .notSent(reason: reason.description, retryAfter: after, isAnswer: reason.isAnswer)
        case .unknown(let reason, _): return .unknown(reason: reason.description)
        }
    }

    private static func poll(_ outcome: QueryOutcome<String>) -> PollOutcome {
        switch outcome {
        case .answered(let status): .status(ReceivedStatus(status))
        case .refused("WRONG_ID", _): .unknownID
        case .refused(let code, .account): .account(.credentials, code: code)
        case .refused(let code, .credit): .account(.credit, code: code)
        case .refused(let code, _): .refused(code: code)
        case .failed(let reason, let after): .failed(reason: reason, retryAfter: after)
        }
    }

    private static func senders(_ outcome: QueryOutcome<[Sender]>) -> SendersAnswer {
        switch outcome {
        case .answered(let senders): .usable(senders.filter { $0.isChecked && $0.isRegistered }.map { Array($0.name.utf8) })
        case .refused(let code, _): .failed(reason: "the provider answered \(code)")
        case .failed(let reason, _): .failed(reason: reason)
        }
    }

    private static func templates(_ outcome: QueryOutcome<[MessageTemplate]>) -> TemplatesAnswer {
        switch outcome {
        case .answered(let templates):
            .known(
                Dictionary(templates.map { (Array($0.id.utf8), UInt8(clamping: MessageParts($0.text).count)) }) { _, last in last })
        case .refused(let code, _): .failed(reason: "the provider answered \(code)")
        case .failed(let reason, _): .failed(reason: reason)
        }
    }

    private static func balance(_ outcome: QueryOutcome<Balance>) -> BalanceAnswer {
        switch outcome {
        case .answered(let balance):
            // Money alone does not say that it pays for a message.
            guard let credits = balance.credits else { return .failed }
            return .credits(credits)
        case .refused(_, .account): return .badCredentials
        case .refused(_, .credit): return .credits(0)
        case .refused, .failed: return .failed
        }
    }
}

extension SendMessage {
    /// - Parameter sendAt: milliseconds since 1970, for the provider's own schedule; nil: now.
    package init(_ message: Message, sendAt: Int64?, isPriority: Bool) {
        self.init(
            phone: message.phone, text: message.text, sender: message.sender, timestamp: sendAt.map { $0.clampedSum(999) / 1_000 },
            priority: isPriority)
    }
}
