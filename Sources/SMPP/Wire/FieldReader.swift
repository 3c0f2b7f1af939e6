/// Reads the fields of one PDU's body out of bytes that are lent. No read goes past their end.
struct FieldReader {
    private let bytes: UnsafeRawBufferPointer
    private var index = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var isAtEnd: Bool { index == bytes.count }

    mutating func octet() throws(PDUFault) -> UInt8 {
        guard index < bytes.count else { throw PDUFault(kind: .truncated, field: .flags) }
        defer { index += 1 }
        return bytes[index]
    }

    /// A C-octet string. ASCII as it is, any other octet as the character of that number (Latin-1): what came can be sent back unchanged.
    ///
    /// - Parameter limit: the octets that it may have, with its NUL.
    mutating func string(_ field: PDUFault.Field, limit: Int) throws(PDUFault) -> String {
        let rest = UnsafeRawBufferPointer(rebasing: bytes[index...].prefix(limit))
        guard let length = rest.firstIndex(of: 0) else {
            throw PDUFault(kind: rest.count == limit ? .notTerminated : .truncated, field: field)
        }
        index += length + 1
        return Self.text(UnsafeRawBufferPointer(rebasing: rest[..<length]))
    }

    mutating func address(_ field: PDUFault.Field, limit: Int) throws(PDUFault) -> Address {
        let ton = try octet()
        let npi = try octet()
        return Address(ton: ton, npi: npi, try string(field, limit: limit))
    }

    /// So many octets as they are.
    mutating func octets(_ count: Int, _ field: PDUFault.Field) throws(PDUFault) -> [UInt8] {
        guard bytes.count - index >= count else { throw PDUFault(kind: .truncated, field: field) }
        defer { index += count }
        return [UInt8](bytes[index..<index + count])
    }

    /// All that is left.
    mutating func parameters() throws(PDUFault) -> TLVs {
        if isAtEnd { return TLVs() }
        guard let parameters = TLVs(UnsafeRawBufferPointer(rebasing: bytes[index...])) else {
            throw PDUFault(kind: .truncated, field: .parameters)
        }
        index = bytes.count
        return parameters
    }

    static func text(_ bytes: some Collection<UInt8>) -> String {
        if bytes.allSatisfy({ $0 < 0x80 }) { return String(decoding: bytes, as: UTF8.self) }
        var text = String.UnicodeScalarView()
        text.append(contentsOf: bytes.lazy.map { Unicode.Scalar($0) })
        return String(text)
    }
}
