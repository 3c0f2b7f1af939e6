package import SMPP

/// Hashes that are written to topics and read by others: neither the rule nor what goes into it ever changes.
package enum ReceiptHashes {
    /// An account at a message centre: receipts of one account are none of another's. By FNV-1a, 32 bits, of the host in lower case, the port
    /// and the system id, each with a NUL behind it.
    package static func account(host: String, port: Int, systemID: String) -> UInt32 {
        var hash: UInt32 = 0x811C_9DC5
        for field in [host.lowercased(), "\(port)", systemID] {
            for octet in field.utf8 { hash = (hash ^ UInt32(octet)) &* 0x0100_0193 }
            hash = hash &* 0x0100_0193
        }
        return hash
    }

    /// What a position in the log of receipts is worth only with: another topic counts from 0 again, another account or form of ids makes
    /// receipts match that did not. By FNV-1a, 64 bits, of the topic's name and a NUL, the account's four octets with the highest first, the
    /// form's name and a NUL.
    package static func fingerprint(topic: String, account: UInt32, format: MessageIDFormat) -> UInt64 {
        let account = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: account >> $0) }
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for octet in Array(topic.utf8) + [0] + account + Array(format.rawValue.utf8) + [0] {
            hash = (hash ^ UInt64(octet)) &* 0x0000_0100_0000_01B3
        }
        return hash
    }
}
