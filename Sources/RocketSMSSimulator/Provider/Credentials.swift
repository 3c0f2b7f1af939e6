internal import CCrypto

/// What the provider takes for a login.
struct Credentials {
    let username: [UInt8]
    /// Nil where only the hash is known.
    let password: [UInt8]?
    /// 32 hexadecimal digits in lower case.
    let md5: [UInt8]

    init(username: String, password: String) {
        self.username = Array(username.utf8)
        self.password = Array(password.utf8)
        md5 = Credentials.md5(password)
    }

    /// - Returns: nil when `md5` is not 32 hexadecimal digits.
    init?(username: String, md5: String) {
        let hash = Array(md5.lowercased().utf8)
        guard hash.count == 32, hash.allSatisfy({ Credentials.digits.contains($0) }) else { return nil }
        self.username = Array(username.utf8)
        password = nil
        self.md5 = hash
    }

    func accept(_ parameters: borrowing FormParameters, switches: SimulatorSwitches, allowsPlain: Bool) -> Bool {
        guard let username = parameters.username, let password = parameters.password, username.equals(self.username) else { return false }
        let takesPlain = allowsPlain || switches.plainPassword == .accept
        if takesPlain, let plain = self.password, password.equals(plain) { return true }
        if switches.md5Case == .strict { return password.equals(md5) }
        return password.isEscaped ? Credentials.isSameHash(password.bytes, md5) : Credentials.isSameHash(password.raw, md5)
    }

    /// As a bind has it, in clear.
    func hasPassword(_ password: String) -> Bool {
        self.password.map { $0.elementsEqual(password.utf8) } ?? (md5 == Credentials.md5(password))
    }

    private static let digits = Array("0123456789abcdef".utf8)

    private static func isSameHash(_ given: some Collection<UInt8>, _ md5: [UInt8]) -> Bool {
        guard given.count == md5.count else { return false }
        return zip(given, md5).allSatisfy { given, digit in (given &- UInt8(ascii: "A") < 6 ? given | 0x20 : given) == digit }
    }

    private static func md5(_ text: String) -> [UInt8] {
        var text = text
        var digest = [UInt8](repeating: 0, count: 16)
        var count = 0
        _ = text.withUTF8 { EVP_Q_digest(nil, "MD5", nil, $0.baseAddress, $0.count, &digest, &count) }
        return digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    }
}
