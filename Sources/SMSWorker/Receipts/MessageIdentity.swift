package import Requests
package import SMPP

/// Under what a part's id is remembered and looked for: responses and receipts of one part have the same.
package struct MessageIdentity: Equatable, Sendable {
    package let format: MessageIDFormat

    package init(_ format: MessageIDFormat) { self.format = format }

    /// Of an id as a response had it, which is what entries keep.
    package func identity(of id: String) -> RequestHash { Self.hash(format.normalised(response: id)) }

    /// Those that a receipt may mean, the likeliest first.
    func candidates(of receipt: DeliveryReceipt) -> [RequestHash] { format.candidates(of: receipt).map(Self.hash) }

    /// Whether a receipt may mean one of these. Never false where it does; and no object is made for one that does not.
    func mayMean(_ ids: Set<RequestHash>, _ fields: ReceiptFields) -> Bool {
        mayBe(fields.parameterID, in: ids) || mayBe(fields.textID, in: ids)
    }

    private func mayBe(_ id: UnsafeRawBufferPointer, in ids: Set<RequestHash>) -> Bool {
        if id.isEmpty { return false }
        // A letter above ASCII is another one in lower case, and a long number takes more than a word: rare, and so the long way.
        guard id.allSatisfy({ $0 < 0x80 }) else { return true }
        let word = UnsafeRawBufferPointer(rebasing: id.drop { $0 == 0x20 }.prefix { $0 != 0x20 }.drop { $0 == 0x30 })
        if ids.contains(Self.lowercasedHash(word)) { return true }
        guard format != .opaque, word.allSatisfy({ (0x30...0x39).contains($0) }) else { return false }
        guard word.count < 20 else { return true }
        return ids.contains(Self.hexadecimalHash(word.reduce(UInt64(0)) { $0 &* 10 &+ UInt64($1 - 0x30) }))
    }

    /// - Parameter word: no longer than an id may be; empty: zeros alone.
    private static func lowercasedHash(_ word: UnsafeRawBufferPointer) -> RequestHash {
        withUnsafeTemporaryAllocation(byteCount: max(1, word.count), alignment: 1) { copy in
            copy[0] = 0x30
            for index in 0..<word.count { copy[index] = (0x41...0x5A).contains(word[index]) ? word[index] | 0x20 : word[index] }
            return RequestHash(id: UnsafeRawBufferPointer(copy))
        }
    }

    private static func hexadecimalHash(_ number: UInt64) -> RequestHash {
        withUnsafeTemporaryAllocation(byteCount: 16, alignment: 1) { digits in
            var index = 16
            var rest = number
            repeat {
                index -= 1
                let digit = UInt8(rest & 0xF)
                digits[index] = digit < 10 ? 0x30 + digit : 0x57 + digit
                rest >>= 4
            } while rest > 0
            return RequestHash(id: UnsafeRawBufferPointer(rebasing: digits[index...]))
        }
    }

    private static func hash(_ id: String) -> RequestHash {
        var id = id
        return id.withUTF8 { RequestHash(id: UnsafeRawBufferPointer($0)) }
    }
}
