internal import Requests
internal import SMPP
internal import SMSPipeline

/// What a text value, or an item of a list, must look like.
package struct ConfigurationTextRule: Sendable {
    /// The rest of the sentence "it is not …".
    package let requirement: String
    let accepts: @Sendable (String) -> Bool

    private init(_ requirement: String, _ accepts: @escaping @Sendable (String) -> Bool) {
        self.requirement = requirement
        self.accepts = accepts
    }

    /// Without control characters: they come from a mistake in quoting or a second line in a file.
    static let line = Self("1 to 1024 bytes without control characters") { isLine($0, atMost: 1_024) }

    static let path = Self("a path") { isLine($0, atMost: 4_095) }

    /// The rule of Kafka's `Topic.validate`, which holds for static members' ids too.
    static let topic = Self("a name of 1 to 249 letters, digits, '.', '_' and '-'") { name in
        (1...249).contains(name.utf8.count) && name != "." && name != ".." && name.utf8.allSatisfy(isNameByte)
    }

    static let topicSuffix = Self("1 to 100 letters, digits, '.', '_' and '-'") { suffix in
        (1...100).contains(suffix.utf8.count) && suffix.utf8.allSatisfy(isNameByte)
    }

    static let server = Self("host:port") { server in
        guard isLine(server, atMost: 300), !server.utf8.contains(UInt8(ascii: " ")) else { return false }
        let address = server.split(separator: "://", maxSplits: 1).last ?? ""
        guard let colon = address.lastIndex(of: ":"), !address.hasSuffix("]") else { return !address.isEmpty }
        return colon > address.startIndex && ProviderAddress.isPort(address[address.index(after: colon)...])
    }

    static let host = Self("a host name or an address") { given in
        let host = given.hasPrefix("[") && given.hasSuffix("]") ? given.dropFirst().dropLast() : given[...]
        return (1...253).contains(host.utf8.count) && host.utf8.allSatisfy { isNameByte($0) || $0 == UInt8(ascii: ":") }
    }

    static let baseURL = Self("an http or https URL of a host, with a port and a path at most") { ProviderAddress($0) != nil }

    static let md5 = Self("32 hexadecimal digits") { digest in
        digest.utf8.count == 32 && digest.allSatisfy { $0.isASCII && $0.isHexDigit }
    }

    static let errorCode = Self("an error code of 1 to 64 letters, digits, '_', '-' and '.'") { code in
        (1...64).contains(code.utf8.count) && code.utf8.allSatisfy(isNameByte)
    }

    static let sender = Self("1 to 11 characters without control characters") { sender in
        (1...11).contains(sender.unicodeScalars.count) && isLine(sender, atMost: 44)
    }

    static let token = Self("16 to 1024 characters of ASCII without spaces and control characters") { token in
        (16...1_024).contains(token.utf8.count) && token.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }

    // MARK: SMPP

    static let systemID = ascii(atMost: 15)
    /// The standard says 8; some message centres give longer ones.
    static let smppPassword = ascii(atMost: 16)
    static let systemType = ascii(atMost: 12)

    static let numbering = Self("two numbers from 0 to 255 with a slash between them, such as 5/0") { SMPPSettings.Numbering($0) != nil }

    static let commandStatus = Self("a status other than 0, such as 0x08") { CommandStatus(text: $0) != nil }

    private static func ascii(atMost limit: Int) -> Self {
        Self("1 to \(limit) characters of ASCII without control characters") { text in
            (1...limit).contains(text.utf8.count) && text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
        }
    }

    private static func isLine(_ text: String, atMost limit: Int) -> Bool {
        (1...limit).contains(text.utf8.count) && text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
    }
}
