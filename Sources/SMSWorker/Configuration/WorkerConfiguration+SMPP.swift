internal import Requests
internal import SMPP
internal import SMSPipeline

extension SMPPSettings {
    /// - Parameter password: nil where it is not needed.
    init(_ settings: ConfigurationSettings, password: SecretText?) {
        self.init(
            host: Self.withoutBrackets(settings.text(.smppHost) ?? ""), port: settings.integer(.smppPort), isTLS: settings.bool(.smppTLS),
            systemID: settings.text(.smppSystemID) ?? "", password: password ?? SecretText(""))
        systemType = settings.text(.smppSystemType) ?? ""
        isPair = settings.text(.smppBind) == "pair"
        connectTimeout = settings.duration(.providerConnectTimeout)
        window = settings.integer(.smppWindow)
        enquireInterval = settings.duration(.smppEnquireInterval)
        responseTimeout = settings.duration(.smppResponseTimeout)
        source = settings.text(.smppSource).flatMap { Numbering($0) }
        destination = settings.text(.smppDestination).flatMap { Numbering($0) } ?? destination
        dataCoding = UInt8(clamping: settings.integer(.smppDataCoding))
        switch settings.text(.smppConcatenation) {
        case "sar": concatenation = .sar
        case "payload": concatenation = .payload
        default: concatenation = .udh
        }
        identity = MessageIdentity(settings.text(.smppMessageIDFormat).flatMap(MessageIDFormat.init) ?? .opaque)
        unknownStatuses = Set(settings.list(.smppUnknownStatuses).compactMap { CommandStatus(text: $0) })
        checksReceiptAddress = settings.text(.smppReceiptAddress) != "ignore"
    }

    /// An IPv6 address stands alone here.
    private static func withoutBrackets(_ host: String) -> String {
        host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
    }
}

extension SMPPSettings.Numbering {
    /// `5/0`; nil where it is none.
    init?(_ text: String) {
        let numbers = text.split(separator: "/", omittingEmptySubsequences: false)
        guard numbers.count == 2, let ton = Self.number(numbers[0]), let npi = Self.number(numbers[1]) else { return nil }
        self.init(ton: ton, npi: npi)
    }

    private static func number(_ text: Substring) -> UInt8? {
        text.allSatisfy { $0.isASCII && $0.isNumber } ? UInt8(text) : nil
    }
}

extension CommandStatus {
    /// `0x0B` or `11`; nil where it is none, and for 0, which means that all is well.
    init?(text: String) {
        let isHexadecimal = text.lowercased().hasPrefix("0x")
        let digits = isHexadecimal ? text.dropFirst(2) : text[...]
        guard digits.allSatisfy({ $0.isASCII && $0.isHexDigit }), let number = UInt32(digits, radix: isHexadecimal ? 16 : 10), number != 0
        else {
            return nil
        }
        self.init(number)
    }
}
