/// Reads PDUs from bytes that come split anywhere, and keeps at most one that is not whole yet.
///
///     decoder.read(bytes) { item in … }
///
/// A PDU that lies whole in the bytes is read where it lies; only one that two reads divide is gathered first.
package struct PDUDecoder {
    package enum Item: Equatable, Sendable {
        case pdu(PDU)
        /// This one cannot be read; the next one can.
        case malformed(PDUHeader, PDUFault)
        /// The last item: nothing after it can be read.
        case lost(FramingFault)
    }

    /// The most that a PDU may have, in octets, ours too. Nothing near it is usual: a receipt has some 250.
    package static let maximumLength = 64 << 10

    /// The beginning of a PDU, at most all of it but an octet.
    private var gathered: [UInt8] = []
    private var isLost = false

    package init() {}

    /// Takes the next bytes, all of them, and hands on each PDU that they end, in order.
    package mutating func read(_ bytes: UnsafeRawBufferPointer, _ take: (Item) -> Void) {
        if isLost { return }
        var rest = bytes
        if !gathered.isEmpty { rest = complete(from: rest, take) }
        while !isLost, rest.count >= 4 {
            guard let length = length(of: Self.claim(rest), take) else { return }
            guard rest.count >= length else { break }
            take(Self.item(UnsafeRawBufferPointer(rebasing: rest[..<length])))
            rest = UnsafeRawBufferPointer(rebasing: rest[length...])
        }
        if !isLost { gathered.append(contentsOf: rest) }
    }

    /// A PDU has begun and its end has not come.
    package var isWithinPDU: Bool { !gathered.isEmpty }

    /// Adds to what is gathered until that is a PDU.
    ///
    /// - Returns: what is left of the bytes.
    private mutating func complete(from bytes: UnsafeRawBufferPointer, _ take: (Item) -> Void) -> UnsafeRawBufferPointer {
        var rest = bytes
        gather(upTo: 4, from: &rest)
        guard gathered.count >= 4, let length = length(of: gathered.withUnsafeBytes(Self.claim), take) else { return rest }
        gather(upTo: length, from: &rest)
        guard gathered.count == length else { return rest }
        take(gathered.withUnsafeBytes(Self.item))
        // One large PDU is no reason to hold its room for ever.
        gathered.removeAll(keepingCapacity: gathered.capacity <= 4 << 10)
        return rest
    }

    private mutating func gather(upTo count: Int, from rest: inout UnsafeRawBufferPointer) {
        let missing = max(0, min(count - gathered.count, rest.count))
        gathered.append(contentsOf: rest[..<missing])
        rest = UnsafeRawBufferPointer(rebasing: rest[missing...])
    }

    /// What a PDU says of its own length.
    private static func claim(_ bytes: UnsafeRawBufferPointer) -> UInt32 { bytes.bigEndian32(at: 0) }

    /// Nil where no PDU has such a length: then nothing more is read.
    private mutating func length(of length: UInt32, _ take: (Item) -> Void) -> Int? {
        if length >= PDUHeader.size, length <= Self.maximumLength { return Int(length) }
        isLost = true
        take(.lost(length < PDUHeader.size ? .tooShort(length) : .tooLong(length)))
        return nil
    }

    private static func item(_ bytes: UnsafeRawBufferPointer) -> Item {
        let header = PDUHeader(bytes)
        do throws(PDUFault) {
            return .pdu(try PDU(header, UnsafeRawBufferPointer(rebasing: bytes[PDUHeader.size...])))
        } catch {
            return .malformed(header, error)
        }
    }
}
