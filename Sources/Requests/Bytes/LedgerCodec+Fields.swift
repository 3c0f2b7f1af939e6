/// Reading single fields out of a value that this process wrote or has decoded once, without decoding it again.
extension LedgerCodec {
    /// The status byte is at 3, the provider's own string is behind the seven fields of the echo before it.
    package static func isUnchanged(_ value: [UInt8], status: MessageStatus) -> Bool {
        guard value[3] == status.rawValue else { return false }
        return value.withUnsafeBytes { bytes in
            let length = bytes[providerStatusOffset(bytes)]
            return length == 0
        }
    }

    /// Of the request's record.
    package static func offset(_ value: [UInt8]) -> Int64 {
        value.withUnsafeBytes { Int64(littleEndian: $0.loadUnaligned(fromByteOffset: 16, as: Int64.self)) }
    }

    package static func id(_ value: [UInt8]) -> [UInt8] {
        value.withUnsafeBytes { bytes in
            let count = Int(UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: headSize, as: UInt16.self)))
            return [UInt8](bytes[headSize + 2..<headSize + 2 + count])
        }
    }

    package static func firstMessageID(_ value: [UInt8]) -> String? {
        value.withUnsafeBytes { bytes in
            var index = providerStatusOffset(bytes)
            index += 1 + Int(bytes[index])
            guard bytes[index] > 0 else { return nil }
            let count = Int(bytes[index + 1])
            return String(decoding: bytes[index + 2..<index + 2 + count], as: UTF8.self)
        }
    }

    /// Whether an open entry's message goes out, or went out, in parts.
    package static func isInParts(_ value: [UInt8]) -> Bool { value.first == submissionVersion }

    private static func providerStatusOffset(_ bytes: UnsafeRawBufferPointer) -> Int {
        var index = headSize
        for _ in 0..<5 { index += 2 + Int(UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt16.self))) }
        for _ in 0..<2 { index += 1 + Int(bytes[index]) }
        return index
    }
}

/// The fixed head of a value: what a fold needs of every record.
extension LedgerCodec {
    package struct Head {
        package let state: LedgerEntry.State
        package let offset: Int64
        package let timestamp: Int64
        package let hasTimelessID: Bool
        package let hasUnknownOutcome: Bool
        /// Of the last event; nil: the entry is closed, and does not say.
        package let sequence: UInt16?
        /// Nil: the entry is open.
        package let closedAt: Int64?
    }

    /// - Throws: `LedgerError` also for a number that no worker writes: what is counted with it later needs no look at the ends of its range.
    ///   The timestamp alone may be any: it is that of somebody else's record.
    ///   - Parameter key: the record's; an open entry repeats it.
    package static func head(_ bytes: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer? = nil) throws(LedgerError) -> Head {
        guard let first = bytes.first else { throw .malformed }
        guard first == version || first == submissionVersion else { throw .unknownVersion(first) }
        guard bytes.count >= closedSize else { throw .malformed }
        guard let state = LedgerEntry.State(rawValue: bytes[1]) else { throw .malformed }
        guard state != .closed || first == version else { throw .malformed }
        let start = state == .closed ? 4 : 16
        guard bytes.count >= start + (state == .closed ? 24 : headSize - 16) else { throw .malformed }
        func integer(_ index: Int) -> Int64 { Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: Int64.self)) }
        func isTime(_ index: Int) -> Bool { times.contains(integer(index)) }
        func isTimeOrNone(_ index: Int) -> Bool { integer(index) == .min || isTime(index) }
        guard (0..<Int64.max).contains(integer(start)) else { throw .malformed }
        if state == .closed {
            guard isTime(20) else { throw .malformed }
        } else {
            let isPlausible = isTime(32) && (0...times.upperBound).contains(integer(40)) && isTime(48) && isTimeOrNone(56)
            guard isPlausible, isTimeOrNone(64), isTime(72) else { throw .malformed }
            if let key { guard isID(key, of: bytes) else { throw .malformed } }
        }
        let sequence = UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: 10, as: UInt16.self))
        return Head(
            state: state, offset: integer(start), timestamp: integer(start + 8), hasTimelessID: bytes[2] & Flag.timelessID != 0,
            hasUnknownOutcome: bytes[2] & Flag.unknown != 0, sequence: state == .closed ? nil : sequence,
            closedAt: state == .closed ? integer(start + 16) : nil)
    }

    /// Under another key an entry would be another request's, and under the empty one what is reserved.
    private static func isID(_ key: UnsafeRawBufferPointer, of bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count >= headSize + 2 + key.count, !key.isEmpty else { return false }
        guard Int(UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: headSize, as: UInt16.self))) == key.count else { return false }
        return bytes[(headSize + 2)..<(headSize + 2 + key.count)].elementsEqual(key)
    }
}
