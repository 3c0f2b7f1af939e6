internal import EventLoop
internal import JSON
internal import Time

/// Understands the provider's answers. The body is read first, whatever the HTTP status: the provider reports its errors with
/// HTTP 200, and an id is an id.
package struct ReplyDecoder: Sendable {
    let classifier: RefusalClassifier

    package init(classifier: RefusalClassifier) { self.classifier = classifier }

    /// - Parameter now: for a `Retry-After` that is a date.
    func reply(to request: ProviderRequest, _ response: borrowing HTTPResponseReader, now: WallTime) -> Reply {
        let answer = ProviderAnswer(
            status: response.status, wait: response.retryAfter.isEmpty ? nil : RetryAfter.wait(response.retryAfter, now: now))
        return response.body.withUnsafeBytes { reply(to: request, answer, body: $0) }
    }

    package func reply(to request: ProviderRequest, _ failure: ExchangeFailure) -> Reply {
        let reason: String
        switch (request, failure) {
        case (.send, .notSent(let reason)): return .send(.notSent(reason, retryAfter: nil))
        case (.send, .unknown(let reason)): return .send(.unknown(reason))
        case (_, .notSent(let why)): reason = why.description
        case (_, .unknown(let why)): reason = why.description
        }
        switch request {
        case .send(_): preconditionFailure("a send's failure is answered above")
        case .status: return .status(.failed(reason: reason, retryAfter: nil))
        case .balance: return .balance(.failed(reason: reason, retryAfter: nil))
        case .senders: return .senders(.failed(reason: reason, retryAfter: nil))
        case .addSender: return .senderAdded(.failed(reason: reason, retryAfter: nil))
        case .templates: return .templates(.failed(reason: reason, retryAfter: nil))
        }
    }

    package func reply(to request: ProviderRequest, _ answer: ProviderAnswer, body: UnsafeRawBufferPointer) -> Reply {
        switch request {
        case .send: .send(sendOutcome(answer, body))
        case .status(let id): .status(outcome(answer, body) { Self.status($0, of: id) })
        case .balance: .balance(outcome(answer, body, Self.balance))
        case .addSender: .senderAdded(outcome(answer, body, Self.added))
        case .senders: .senders(list(answer, body, Self.sender))
        case .templates: .templates(list(answer, body, Self.template))
        }
    }
}

// MARK: - Send

extension ReplyDecoder {
    private func sendOutcome(_ answer: ProviderAnswer, _ body: UnsafeRawBufferPointer) -> SendOutcome {
        let unreadable: UnreadableBody
        switch AnswerFields.read(body) {
        case .success(let fields):
            // An id means that an SMS may go out, whatever else the answer says.
            if let id = fields.id.messageID { return .accepted(Self.receipt(fields, id)) }
            if let code = fields.error.errorCode, isVerdict(code, answer) { return .refused(code: code, classifier.kind(of: code)) }
            unreadable = fields.error.isAbsent ? .unexpectedJSON : .unreadableCode
        case .failure(let reason): unreadable = reason
        }
        if let later = answer.later { return .notSent(later, retryAfter: answer.wait) }
        return .unknown(.unintelligible(status: answer.status, unreadable))
    }

    /// A code that nobody knows, on an answer that says "later", is the server's word for "later" and no verdict on the message.
    private func isVerdict(_ code: String, _ answer: ProviderAnswer) -> Bool { answer.later == nil || classifier.isFamiliar(code) }

    private static func receipt(_ fields: AnswerFields, _ id: UnsafeRawBufferPointer) -> SendReceipt {
        let credits = fields.costCredits.literal(limit: 32)
        let money = fields.costMoney.literal(limit: 32)
        return SendReceipt(
            ids: [String(decoding: id, as: UTF8.self)],
            status: fields.status.string.flatMap { $0.isEmpty ? nil : $0 } ?? SendReceipt.assumedStatus,
            cost: credits == nil && money == nil ? nil : SendReceipt.Cost(credits: credits, money: money))
    }
}

// MARK: - Questions

extension ReplyDecoder {
    /// - Parameter read: what an object without an error says, or why it says nothing.
    private func outcome<Answer>(
        _ answer: ProviderAnswer, _ body: UnsafeRawBufferPointer, _ read: (AnswerFields) -> Result<Answer, UnreadableBody>
    ) -> QueryOutcome<Answer> {
        switch AnswerFields.read(body) {
        case .failure(let reason): return failed(answer, reason)
        case .success(let fields):
            switch read(fields) {
            case .success(let value): return .answered(value)
            case .failure(let reason):
                if let code = fields.error.errorCode, isVerdict(code, answer) {
                    return .refused(code: code, classifier.kind(of: code))
                }
                return failed(answer, fields.error.isAbsent ? reason : .unreadableCode)
            }
        }
    }

    /// - Parameter read: one element; nil where it is none.
    private func list<Element>(
        _ answer: ProviderAnswer, _ body: UnsafeRawBufferPointer, _ read: (JSONValue) -> Element?
    ) -> QueryOutcome<[Element]> {
        guard let value = try? JSONValue(parsing: UnreadableBody.withoutMark(body)), let items = value.arrayValue else {
            return outcome(answer, body) { _ in .failure(.unexpectedJSON) }
        }
        var elements: [Element] = []
        for item in items {
            guard let element = read(item) else { return failed(answer, .unexpectedJSON) }
            elements.append(element)
        }
        return .answered(elements)
    }

    private func failed<Answer>(_ answer: ProviderAnswer, _ body: UnreadableBody) -> QueryOutcome<Answer> {
        let reason = answer.later?.description ?? UnknownReason.unintelligible(status: answer.status, body).description
        return .failed(reason: reason, retryAfter: answer.wait)
    }

    private static func status(_ fields: AnswerFields, of id: String) -> Result<String, UnreadableBody> {
        guard let status = fields.status.string, !status.isEmpty else { return .failure(.unexpectedJSON) }
        guard let other = fields.id.messageID, !other.elementsEqual(id.utf8) else { return .success(status) }
        return .failure(.otherMessage)
    }

    private static func balance(_ fields: AnswerFields) -> Result<Balance, UnreadableBody> {
        let balance = Balance(credits: fields.credits.integer, money: fields.balance.literal(limit: 32))
        return balance.credits == nil && balance.money == nil ? .failure(.unexpectedJSON) : .success(balance)
    }

    private static func added(_ fields: AnswerFields) -> Result<Done, UnreadableBody> {
        fields.status.string == "OK" ? .success(Done()) : .failure(.unexpectedJSON)
    }

    private static func sender(_ item: JSONValue) -> Sender? {
        guard let name = item["sender"]?.stringValue else { return nil }
        return Sender(
            name: name, isVerified: flag(item["verified"]), isChecked: flag(item["checked"]), isRegistered: flag(item["registered"]))
    }

    private static func flag(_ value: JSONValue?) -> Bool {
        switch value {
        case .bool(let flag)?: flag
        case .number(let number)?: number.int64 == 1
        case .string(let text)?: text == "1" || text == "true"
        default: false
        }
    }

    /// The vendor's text says `tpl_id`, its example `tplid`.
    private static func template(_ item: JSONValue) -> MessageTemplate? {
        guard let id = (item["tpl_id"] ?? item["tplid"])?.stringValue, let text = item["text"]?.stringValue else { return nil }
        return MessageTemplate(id: id, text: text)
    }
}
