/// 128 bits that stand for a request id, or a record key, in this process's memory.
///
/// SipHash-2-4 with a key of this process, so that nobody who chooses ids can aim at a collision. Never stored, never printed.
/// The key comes from Swift's own hasher: random in each process, and the same again under `SWIFT_DETERMINISTIC_HASHING`, which the
/// simulator sets, so that a schedule can be had twice.
package struct RequestHash: Hashable, Sendable {
    package let high: UInt64
    package let low: UInt64

    private static let key: (UInt64, UInt64) = (
        UInt64(bitPattern: Int64("RequestHash.0".hashValue)), UInt64(bitPattern: Int64("RequestHash.1".hashValue))
    )

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    package init(id: UnsafeRawBufferPointer) { self.init(bytes: id, tweak: 0x6a09_e667_f3bc_c908) }

    package init(id: [UInt8]) {
        self = id.withUnsafeBytes { RequestHash(id: $0) }
    }

    /// Of the id that the record of a timeless id would get now.
    package init(timelessID id: some Collection<UInt8>, timestamp: Int64) {
        var timed = Array(id)
        RecordPosition.append(timestamp: timestamp, to: &timed)
        self.init(id: timed)
    }

    package init(recordKey: [UInt8], isPriority: Bool) {
        self = recordKey.withUnsafeBytes { RequestHash(bytes: $0, tweak: isPriority ? 1 : 2) }
    }

    private init(bytes: UnsafeRawBufferPointer, tweak: UInt64) {
        var state = SipState(Self.key.0 ^ tweak, Self.key.1)
        let count = bytes.count
        var index = 0
        while index + 8 <= count {
            state.absorb(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)))
            index += 8
        }
        var last = UInt64(truncatingIfNeeded: count) << 56
        var shift: UInt64 = 0
        while index < count {
            last |= UInt64(bytes[index]) << shift
            shift += 8
            index += 1
        }
        state.absorb(last)
        high = state.finish()
        low = state.finishAgain()
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(low) }
}

/// The four words of SipHash-2-4 with 128 bits of result (Aumasson, Bernstein). A value with mutating methods, not closures over variables:
/// those cost a debug build more than the rest of a restore.
private struct SipState {
    private var v0: UInt64
    private var v1: UInt64
    private var v2: UInt64
    private var v3: UInt64

    init(_ k0: UInt64, _ k1: UInt64) {
        v0 = k0 ^ 0x736f_6d65_7073_6575
        v1 = k1 ^ 0x646f_7261_6e64_6f6d ^ 0xee
        v2 = k0 ^ 0x6c79_6765_6e65_7261
        v3 = k1 ^ 0x7465_6462_7974_6573
    }

    @inline(__always)
    mutating func absorb(_ word: UInt64) {
        v3 ^= word
        round()
        round()
        v0 ^= word
    }

    mutating func finish() -> UInt64 {
        v2 ^= 0xee
        return fold()
    }

    mutating func finishAgain() -> UInt64 {
        v1 ^= 0xdd
        return fold()
    }

    private mutating func fold() -> UInt64 {
        round()
        round()
        round()
        round()
        return v0 ^ v1 ^ v2 ^ v3
    }

    @inline(__always)
    private mutating func round() {
        v0 = v0 &+ v1
        v1 = (v1 &<< 13 | v1 &>> 51) ^ v0
        v0 = v0 &<< 32 | v0 &>> 32
        v2 = v2 &+ v3
        v3 = (v3 &<< 16 | v3 &>> 48) ^ v2
        v0 = v0 &+ v3
        v3 = (v3 &<< 21 | v3 &>> 43) ^ v0
        v2 = v2 &+ v1
        v1 = (v1 &<< 17 | v1 &>> 47) ^ v2
        v2 = v2 &<< 32 | v2 &>> 32
    }
}
