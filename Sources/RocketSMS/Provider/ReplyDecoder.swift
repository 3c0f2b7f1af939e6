internal import EventLoop
internal import JSON
internal import Time

/// Understands the provider's answers. The body is read first, whatever the HTTP status: the provider reports its errors with
/// HTTP 200, and an id is an id.
package struct ReplyDecoder: Sendable {
    let classifier: RefusalClassifier
    /// What an HTTP 503 with `Retry-After` proves.
    let unavailable: UnavailableMeaning

    package init(classifier: RefusalClassifier, unavailable: UnavailableMeaning = .unknown) {
        self.classifier = classifier
        self.unavailable = unavailable
    }

    /// - Parameter now: for a `Retry-After` that is a date.
    /// - Returns: with the reply, whether the answer was sound, or only had a receipt somewhere in it.
    func reply(to request: ProviderRequest, _ response: borrowing HTTPResponseReader, now: WallTime) -> (Reply, isSound: Bool) {
        let answer = ProviderAnswer(
            status: response.status, wait: response.retryAfter.isEmpty ? nil : RetryAfter.wait(response.retryAfter, now: now))
        guard case .send(let message) = request else {
            return (response.body.withUnsafeBytes { reply(to: request, answer, body: $0) }, true)
        }
        if let outcome = response.body.withUnsafeBytes({ word($0, answer).value }) { return (.send(outcome), true) }
        if let receipt = Self.receipt(in: response, message) { return (.send(.accepted(receipt)), false) }
        return (.send(response.body.withUnsafeBytes { outcome(answer, word($0, answer).unreadable) }), true)
    }

    /// - Parameter response: whatever came before the failure.
    func reply(to request: ProviderRequest, _ failure: ExchangeFailure, after response: borrowing HTTPResponseReader) -> Reply {
        if case .send(let message) = request, case .unknown = failure, let receipt = Self.receipt(in: response, message) {
            return .send(.accepted(receipt))
        }
        return reply(to: request, failure)
    }

    /// Whether a receipt may follow what came of an answer that is broken, or whole and worth nothing.
    func looksOn(_ request: ProviderRequest, _ response: borrowing HTTPResponseReader) -> Bool {
        guard case .send(let message) = request else { return false }
        if response.isComplete {
            let isEmpty = response.body.isEmpty && (response.status < 300 || response.status == 304)
            guard isEmpty || response.hasSurplus || response.body.withUnsafeBytes(UnreadableBody.isCutShort) else { return false }
        }
        return Self.receipt(in: response, message) == nil
    }

    package func reply(to request: ProviderRequest, _ failure: ExchangeFailure) -> Reply {
        switch (request, failure) {
        case (.send, .notSent(let reason)): .send(.notSent(reason, retryAfter: nil))
        case (.send, .unknown(let reason)): .send(.unknown(reason, retryAfter: nil))
        case (.bulkSend, .notSent(let reason)): .bulk(.notSent(reason, retryAfter: nil))
        case (.bulkSend, .unknown(let reason)): .bulk(.unknown(reason))
        case (.addSender, .notSent(let reason)): .senderAdded(.notSent(reason, retryAfter: nil))
        case (.addSender, .unknown(let reason)): .senderAdded(.unknown(reason))
        case (.status, _): .status(.failed(reason: failure.description, retryAfter: nil))
        case (.balance, _): .balance(.failed(reason: failure.description, retryAfter: nil))
        case (.senders, _): .senders(.failed(reason: failure.description, retryAfter: nil))
        case (.templates, _): .templates(.failed(reason: failure.description, retryAfter: nil))
        }
    }

    package func reply(to request: ProviderRequest, _ answer: ProviderAnswer, body: UnsafeRawBufferPointer) -> Reply {
        switch request {
        case .send(let message):
            let word = word(body, answer)
            let salvaged = word.value == nil ? ReceiptSearch.receipt(in: body, excluding: message.text) : nil
            return .send(word.value ?? salvaged.map { .accepted($0) } ?? outcome(answer, word.unreadable))
        case .bulkSend(let message): return .bulk(bulk(answer, body, count: message.phones.count))
        case .status(let id): return .status(outcome(answer, body) { Self.status($0, of: id) })
        case .balance: return .balance(outcome(answer, body, Self.balance))
        case .addSender: return .senderAdded(change(answer, body))
        case .senders: return .senders(list(answer, body, Self.sender))
        case .templates: return .templates(list(answer, body, Self.template))
        }
    }
}

// MARK: - Send

extension ReplyDecoder {
    /// The provider's own word on a message; nil where the body is none, with what it is instead.
    private func word(_ body: UnsafeRawBufferPointer, _ answer: ProviderAnswer) -> (value: SendOutcome?, unreadable: UnreadableBody) {
        switch AnswerFields.read(body) {
        case .success(let fields):
            // An id means that an SMS may go out, whatever else the answer says.
            if let id = fields.id.messageID { return (.accepted(Self.receipt(fields, id)), .unexpectedJSON) }
            guard let code = fields.error.errorCode else { return (nil, fields.error.isAbsent ? .unexpectedJSON : .unreadableCode) }
            guard isVerdict(code, answer) else { return (nil, .unfamiliarCode) }
            return (.refused(code: code, classifier.kind(of: code)), .unexpectedJSON)
        case .failure(let reason): return (nil, reason)
        }
    }

    /// What an answer without the provider's word proves.
    private func outcome(_ answer: ProviderAnswer, _ unreadable: UnreadableBody) -> SendOutcome {
        if let reason = answer.notSent(unavailable: unavailable) { return .notSent(reason, retryAfter: answer.wait) }
        return .unknown(.unintelligible(status: answer.status, unreadable), retryAfter: answer.wait)
    }

    private func isVerdict(_ code: String, _ answer: ProviderAnswer) -> Bool {
        !answer.needsFamiliarCode || classifier.isFamiliar(code)
    }

    private static func receipt(_ fields: AnswerFields, _ id: UnsafeRawBufferPointer) -> SendReceipt {
        SendReceipt(
            ids: [String(decoding: id, as: UTF8.self)],
            status: fields.status.string.flatMap { $0.isEmpty ? nil : $0 } ?? SendReceipt.assumedStatus, cost: fields.cost)
    }

    /// In the body as its framing gave it, or else anywhere in what came.
    private static func receipt(in response: borrowing HTTPResponseReader, _ message: SendMessage) -> SendReceipt? {
        response.body.withUnsafeBytes { ReceiptSearch.receipt(in: $0, excluding: message.text) }
            ?? response.received.withUnsafeBytes { ReceiptSearch.receipt(inStream: $0, excluding: message.text) }
    }
}

// MARK: - Questions

extension ReplyDecoder {
    private enum NoAnswer: Error {
        case refused(String)
        case unreadable(UnreadableBody)
    }

    /// - Parameter read: what an object says, or why it says nothing.
    private func reading<Answer>(
        _ answer: ProviderAnswer, _ body: UnsafeRawBufferPointer, _ read: (AnswerFields) -> Result<Answer, UnreadableBody>
    ) -> Result<Answer, NoAnswer> {
        switch AnswerFields.read(body) {
        case .failure(let reason): return .failure(.unreadable(reason))
        case .success(let fields):
            switch read(fields) {
            case .success(let value): return .success(value)
            case .failure(let reason):
                guard let code = fields.error.errorCode else {
                    return .failure(.unreadable(fields.error.isAbsent ? reason : .unreadableCode))
                }
                return .failure(isVerdict(code, answer) ? .refused(code) : .unreadable(.unfamiliarCode))
            }
        }
    }

    private func outcome<Answer>(
        _ answer: ProviderAnswer, _ body: UnsafeRawBufferPointer, _ read: (AnswerFields) -> Result<Answer, UnreadableBody>
    ) -> QueryOutcome<Answer> {
        switch reading(answer, body, read) {
        case .success(let value): .answered(value)
        case .failure(.refused(let code)): .refused(code: code, classifier.kind(of: code))
        case .failure(.unreadable(let body)): failed(answer, body)
        }
    }

    /// What became of something that changes the account.
    private func change(_ answer: ProviderAnswer, _ body: UnsafeRawBufferPointer) -> ChangeOutcome {
        switch reading(answer, body, Self.added) {
        case .success: return .done
        case .failure(.refused(let code)): return .refused(code: code, classifier.kind(of: code))
        case .failure(.unreadable(let body)):
            if let reason = answer.notSent(unavailable: unavailable) { return .notSent(reason, retryAfter: answer.wait) }
            return .unknown(.unintelligible(status: answer.status, body))
        }
    }

    /// - Parameter read: one element; nil where it is none, and then it is left out.
    private func list<Element>(
        _ answer: ProviderAnswer, _ body: UnsafeRawBufferPointer, _ read: (JSONValue) -> Element?
    ) -> QueryOutcome<[Element]> {
        guard let items = Self.items(body) else { return outcome(answer, body) { _ in .failure(.unexpectedJSON) } }
        let elements = items.compactMap(read)
        return elements.isEmpty && !items.isEmpty ? failed(answer, .unexpectedJSON) : .answered(elements)
    }

    /// A list in each form that PHP gives it: an array, an object with numbers for keys (of a list with gaps), and `{}` or `null` for none.
    private static func items(_ body: UnsafeRawBufferPointer) -> [JSONValue]? {
        switch try? JSONValue(parsing: UnreadableBody.withoutMark(body)) {
        case .array(let items): items
        case .null: []
        case .object(let object) where object.members.allSatisfy { !$0.key.isEmpty && $0.key.utf8.allSatisfy { $0 &- 0x30 < 10 } }:
            object.members.map(\.value)
        default: nil
        }
    }

    private func failed<Answer>(_ answer: ProviderAnswer, _ body: UnreadableBody) -> QueryOutcome<Answer> {
        let reason =
            answer.notSent(unavailable: .notSent)?.description ?? UnknownReason.unintelligible(status: answer.status, body).description
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

    private static func added(_ fields: AnswerFields) -> Result<Void, UnreadableBody> {
        fields.status.string?.uppercased() == "OK" ? .success(()) : .failure(.unexpectedJSON)
    }

    private static func sender(_ item: JSONValue) -> Sender? {
        guard let name = text(item["sender"]) else { return nil }
        return Sender(
            name: name, isVerified: flag(item["verified"]), isChecked: flag(item["checked"]), isRegistered: flag(item["registered"]))
    }

    private static func flag(_ value: JSONValue?) -> Bool {
        switch value {
        case .bool(let flag)?: flag
        case .number(let number)?: number.int64 == 1
        case .string(let text)?: text == "1" || text.lowercased() == "true"
        default: false
        }
    }

    /// The vendor's text says `tpl_id`, its example `tplid`.
    private static func template(_ item: JSONValue) -> MessageTemplate? {
        guard let id = text(item["tpl_id"] ?? item["tplid"]), let text = text(item["text"]) else { return nil }
        return MessageTemplate(id: id, text: text)
    }

    /// PHP makes numbers of texts that look so.
    private static func text(_ value: JSONValue?) -> String? {
        switch value {
        case .string(let text)?: text
        case .number(let number)?: number.literal
        default: nil
        }
    }
}

// MARK: - bulkSend

extension ReplyDecoder {
    /// - Parameter count: of the phones.
    private func bulk(_ answer: ProviderAnswer, _ body: UnsafeRawBufferPointer, count: Int) -> BulkOutcome {
        if let values = Self.items(body), values.count == count, count > 0 { return .answered(values.map(item)) }
        switch reading(answer, body, { _ in Result<Never, UnreadableBody>.failure(.unexpectedJSON) }) {
        case .failure(.refused(let code)): return .refused(code: code, classifier.kind(of: code))
        case .failure(.unreadable(let body)):
            if let reason = answer.notSent(unavailable: unavailable) { return .notSent(reason, retryAfter: answer.wait) }
            return .unknown(.unintelligible(status: answer.status, body))
        }
    }

    private func item(_ value: JSONValue) -> BulkOutcome.Item {
        var writer = JSONWriter()
        writer.value(value)
        return writer.bytes.withUnsafeBytes { bytes in
            guard case .success(let fields) = AnswerFields.read(bytes) else { return .unclear }
            if let id = fields.id.messageID { return .accepted(Self.receipt(fields, id)) }
            return fields.error.errorCode.map { .refused(code: $0, classifier.kind(of: $0)) } ?? .unclear
        }
    }
}
