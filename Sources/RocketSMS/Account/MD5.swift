internal import CCrypto

/// The hash that the provider's API asks of a password. It protects nothing: whoever has it can send.
enum MD5 {
    /// 32 lower-case hexadecimal digits; nil where the system's libcrypto refuses MD5 (a FIPS policy).
    static func hex(_ bytes: [UInt8]) -> String? {
        var digest = [UInt8](repeating: 0, count: 16)
        var length = digest.count
        guard EVP_Q_digest(nil, "MD5", nil, bytes, bytes.count, &digest, &length) == 1, length == 16 else { return nil }
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
