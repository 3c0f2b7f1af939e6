internal import CCrypto

/// The API's password form (RocketSMS API, authentication): md5 of the cabinet password, in lower-case hex.
package enum MD5 {
    /// Nil where the linked libcrypto refuses md5 (a FIPS build).
    package static func hex(of text: String) -> String? {
        var digest = [UInt8](repeating: 0, count: 16)
        var count = digest.count
        let bytes = Array(text.utf8)
        guard EVP_Q_digest(nil, "MD5", nil, bytes, bytes.count, &digest, &count) == 1, count == 16 else { return nil }
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
