/// Appends `application/x-www-form-urlencoded` fields (WHATWG URL, percent-encode sets): everything but letters, digits, `*-._` is encoded,
/// so that no `&`, `+` or `%` of a text damages the message.
struct FormWriter {
    private static let hex = Array("0123456789ABCDEF".utf8)

    static func append(_ name: StaticString, _ value: some Sequence<UInt8>, to bytes: inout [UInt8], isFirst: Bool = false) {
        if !isFirst { bytes.append(UInt8(ascii: "&")) }
        bytes.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        bytes.append(UInt8(ascii: "="))
        for byte in value {
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "*"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                bytes.append(byte)
            case 0x20: bytes.append(UInt8(ascii: "+"))
            default:
                bytes.append(UInt8(ascii: "%"))
                bytes.append(hex[Int(byte >> 4)])
                bytes.append(hex[Int(byte & 15)])
            }
        }
    }
}
