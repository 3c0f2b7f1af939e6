/// Sixteen bits of an address: enough to see that two are not the same, and too few to tell whose they are. It is written to a topic:
/// the rule never changes.
package struct AddressHash: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Of the last seven digits or letters: what relays add or drop stands before them, and a letter's case means nothing.
    package init(_ address: String) {
        let kept = address.utf8.lazy.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
            .filter { (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) }
        // FNV-1a (32 bits), its halves folded together.
        var hash: UInt32 = 0x811C_9DC5
        for byte in kept.suffix(7) { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
        rawValue = UInt16(truncatingIfNeeded: hash >> 16 ^ hash)
    }
}
