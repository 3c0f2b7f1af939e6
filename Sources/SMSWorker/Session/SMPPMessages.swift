internal import Requests
internal import SMPP
internal import SMSPipeline
internal import SMSText
internal import Time

/// Messages as submissions: how many parts one has, and each of them as it goes to the message centre. The same in every attempt.
struct SMPPMessages {
    private let settings: SMPPSettings
    private let account: UInt32

    init(_ settings: SMPPSettings) {
        self.settings = settings
        account = settings.account
    }

    /// - Parameter offset: the request's: parts of messages that one phone gets together differ in it.
    func plan(_ message: Message, offset: Int64) -> PartPlanning {
        guard !message.isTemplate else { return .impossible("a template is the HTTP API's: SMPP has none") }
        let text = String(decoding: message.text, as: UTF8.self)
        let isUCS2 = TextCoding.best(for: text, narrow: .gsm) == .ucs2
        let format = Submission.Format(
            isUCS2: isUCS2, dataCoding: isUCS2 ? TextCoding.ucs2.rawValue : settings.dataCoding, concatenation: settings.concatenation,
            reference: UInt16(truncatingIfNeeded: offset))
        do throws(TextSegmentsError) {
            return .parts(
                SubmissionPlan(
                    account: account, address: AddressHash(Self.text(message.phone)).rawValue, format: format,
                    count: try MessageText(text, PartFormat(format)).count))
        } catch {
            return .impossible(error.description)
        }
    }

    /// - Returns: nil where the message has no such part: the submission is another message's.
    func part(_ number: Int, of submission: Submission, _ message: Message, expiresAt: Int64?, isPriority: Bool) -> ShortMessage? {
        let text = try? MessageText(String(decoding: message.text, as: UTF8.self), PartFormat(submission.format))
        guard let text, (0..<text.count).contains(number) else { return nil }
        var common = ShortMessage()
        common.source = source(message.sender)
        common.destination = Address(ton: settings.destination.ton, npi: settings.destination.npi, Self.text(message.phone))
        common.registeredDelivery = 1
        common.priority = isPriority ? 1 : 0
        if let expiresAt { common.validUntil = SMPPTime.absolute(WallTime(milliseconds: expiresAt)) }
        return text.part(number, of: common)
    }

    /// Without a sender, the account's own is left to the message centre.
    private func source(_ sender: [UInt8]?) -> Address {
        guard let sender, !sender.isEmpty else { return Address(ton: settings.source?.ton ?? 0, npi: settings.source?.npi ?? 0) }
        let isNumber = sender.allSatisfy { (0x30...0x39).contains($0) }
        let numbering = settings.source ?? (isNumber ? .init(ton: 1, npi: 1) : .init(ton: 5, npi: 0))
        return Address(ton: numbering.ton, npi: numbering.npi, Self.text(sender))
    }

    private static func text(_ octets: [UInt8]) -> String { String(decoding: octets, as: UTF8.self) }
}

extension PartFormat {
    init(_ format: Submission.Format) {
        let concatenation: Concatenation =
            switch format.concatenation {
            case .udh: .udh
            case .sar: .sar
            case .payload: .payload
            }
        self.init(format.isUCS2 ? .ucs2 : .gsm, dataCoding: format.dataCoding, concatenation, reference: format.reference)
    }
}
