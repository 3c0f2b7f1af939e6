/// `application/x-www-form-urlencoded`: unreserved characters stand for themselves, a space is a plus, other bytes are `%XX`.
enum FormEncoding {
    private static let hex: StaticString = "0123456789ABCDEF"

    static func length(of bytes: [UInt8]) -> Int {
        var length = bytes.count
        for byte in bytes where !isPlain(byte) && byte != 0x20 { length += 2 }
        return length
    }

    static func append(_ bytes: [UInt8], to buffer: inout [UInt8]) {
        for byte in bytes {
            if isPlain(byte) {
                buffer.append(byte)
            } else if byte == 0x20 {
                buffer.append(UInt8(ascii: "+"))
            } else {
                buffer.append(UInt8(ascii: "%"))
                buffer.append(hex.utf8Start[Int(byte >> 4)])
                buffer.append(hex.utf8Start[Int(byte & 15)])
            }
        }
    }

    static func encoded(_ text: String) -> [UInt8] {
        var buffer: [UInt8] = []
        append(Array(text.utf8), to: &buffer)
        return buffer
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        // One bit for each ASCII character: - . _ ~ 0-9 A-Z a-z
        let low: UInt64 = 0x03FF_6000_0000_0000
        let high: UInt64 = 0x47FF_FFFE_87FF_FFFE
        if byte < 64 { return low >> UInt64(byte) & 1 == 1 }
        return byte < 128 && high >> UInt64(byte - 64) & 1 == 1
    }
}
