/// One optional parameter: tag, length, value (SMPP 3.4, 5.3).
package struct TLV: Equatable, Sendable {
    package struct Tag: RawRepresentable, Hashable, Sendable {
        package let rawValue: UInt16

        package init(rawValue: UInt16) { self.rawValue = rawValue }

        package static let receiptedMessageID = Tag(rawValue: 0x001E)
        package static let sarReference = Tag(rawValue: 0x020C)
        package static let sarTotal = Tag(rawValue: 0x020E)
        package static let sarNumber = Tag(rawValue: 0x020F)
        package static let interfaceVersion = Tag(rawValue: 0x0210)
        package static let networkErrorCode = Tag(rawValue: 0x0423)
        package static let payload = Tag(rawValue: 0x0424)
        package static let moreMessages = Tag(rawValue: 0x0426)
        package static let messageState = Tag(rawValue: 0x0427)
    }

    package let tag: Tag
    package let value: ArraySlice<UInt8>
}

/// The optional parameters of a PDU in the order of the wire, those that nobody knows among them. They stay the octets that they are:
/// a copy of the whole costs one allocation, and a look at one none.
package struct TLVs: Equatable, Sendable {
    /// A tag, a length and so many octets, again and again; nothing else.
    private(set) var octets: [UInt8] = []

    package init() {}

    /// - Returns: nil where the octets are no whole number of parameters.
    init?(_ bytes: UnsafeRawBufferPointer) {
        var index = 0
        while index < bytes.count {
            guard bytes.count - index >= 4 else { return nil }
            index += 4 + Int(bytes.bigEndian16(at: index + 2))
        }
        guard index == bytes.count else { return nil }
        octets = [UInt8](bytes)
    }

    package var isEmpty: Bool { octets.isEmpty }

    /// - Precondition: `value` has at most 65,535 octets.
    package mutating func append(_ tag: TLV.Tag, _ value: some Collection<UInt8>) {
        octets.appendBigEndian(tag.rawValue)
        octets.appendBigEndian(UInt16(value.count))
        octets.append(contentsOf: value)
    }

    /// The value of the first with this tag.
    package func first(_ tag: TLV.Tag) -> ArraySlice<UInt8>? { first { $0.tag == tag }?.value }

    /// The value of the first with this tag, where it is one octet.
    package func octet(_ tag: TLV.Tag) -> UInt8? { first(tag).flatMap { $0.count == 1 ? $0.first : nil } }
}

extension TLVs: Sequence {
    package struct Iterator: IteratorProtocol {
        fileprivate var rest: ArraySlice<UInt8>

        package mutating func next() -> TLV? {
            guard rest.count >= 4 else { return nil }
            let begin = rest.startIndex
            let tag = UInt16(rest[begin]) << 8 | UInt16(rest[begin + 1])
            let length = Int(rest[begin + 2]) << 8 | Int(rest[begin + 3])
            let value = rest[(begin + 4)...].prefix(length)
            rest = rest[value.endIndex...]
            return TLV(tag: TLV.Tag(rawValue: tag), value: value)
        }
    }

    package func makeIterator() -> Iterator { Iterator(rest: octets[...]) }
}
