extension UnsafeRawBufferPointer {
    package static func == (bytes: UnsafeRawBufferPointer, word: StaticString) -> Bool {
        bytes.count == word.utf8CodeUnitCount && bytes.hasPrefix(word)
    }

    package func hasPrefix(_ word: StaticString) -> Bool {
        guard count >= word.utf8CodeUnitCount else { return false }
        for index in 0..<word.utf8CodeUnitCount where self[index] != word.utf8Start[index] { return false }
        return true
    }

    /// `word` is in lower case.
    package func equalsIgnoringCase(_ word: StaticString) -> Bool { count == word.utf8CodeUnitCount && hasPrefixIgnoringCase(word) }

    /// `word` is in lower case.
    package func hasPrefixIgnoringCase(_ word: StaticString) -> Bool {
        guard count >= word.utf8CodeUnitCount else { return false }
        for index in 0..<word.utf8CodeUnitCount {
            let byte = self[index]
            let isUpper = byte &- UInt8(ascii: "A") < 26
            guard (isUpper ? byte | 0x20 : byte) == word.utf8Start[index] else { return false }
        }
        return true
    }

    /// Unicode scalars of valid UTF-8.
    package var scalarCount: Int {
        var count = 0
        for byte in self where byte & 0xC0 != 0x80 { count &+= 1 }
        return count
    }
}
