/// A whole answer as `HTTPProbe` read it.
package struct HTTPProbeReply: Sendable, Equatable {
    package var status: Int
    /// Names in lower case.
    package var headers: [String: String]
    package var body: [UInt8]

    package var text: String { String(decoding: body, as: UTF8.self) }

    /// Takes one answer from the front of `bytes`; nil while it is not whole.
    init?(takingFrom bytes: inout [UInt8], expectsBody: Bool) {
        guard let end = HTTPProbeReply.endOfHead(bytes) else { return nil }
        let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n")
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count >= 2, let status = Int(words[1]) else { return nil }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers[line[..<colon].lowercased()] = String(line[line.index(after: colon)...].drop { $0 == " " })
        }
        let length = expectsBody ? headers["content-length"].flatMap(Int.init) ?? 0 : 0
        guard bytes.count >= end + length else { return nil }
        self.status = status
        self.headers = headers
        body = Array(bytes[end..<end + length])
        bytes.removeFirst(end + length)
    }

    private static func endOfHead(_ bytes: [UInt8]) -> Int? {
        let mark = Array("\r\n\r\n".utf8)
        guard bytes.count >= mark.count else { return nil }
        for index in 0...(bytes.count - mark.count) where bytes[index..<index + mark.count].elementsEqual(mark) {
            return index + mark.count
        }
        return nil
    }
}
