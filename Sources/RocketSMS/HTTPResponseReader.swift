/// Reads one HTTP/1.x response out of bytes that come in any pieces (RFC 9112). Strict: what is ambiguous is an error, since a response
/// that is read wrongly is an outcome that is told wrongly.
///
/// A pure value, used again for the next response on a connection: `begin()` keeps its buffers.
package struct HTTPResponseReader {
    package enum Progress: Equatable, Sendable {
        case needsMore
        case complete
        /// The connection is of no use any more; the sentence is harmless.
        case failed(String)
    }

    private enum State: Equatable {
        case statusLine
        case headers
        case body(remaining: Int)
        case chunkSize
        case chunk(remaining: Int)
        case chunkEnd
        case trailers
        case untilClose
        case done
    }

    package static let headLimit = 16 * 1024

    /// Most bytes of a body.
    private let bodyLimit: Int
    private var state = State.statusLine
    private var line: [UInt8] = []
    private var headBytes = 0
    private var isOldVersion = false
    private var contentLength: Int?
    private var isChunked = false
    private var hasTransferEncoding = false
    private var saysClose = false
    private var saysKeepAlive = false

    package private(set) var status = 0
    package private(set) var body: [UInt8] = []
    /// The value of `Retry-After`, as it came.
    package private(set) var retryAfter: String?
    /// Any byte of the response has come.
    package private(set) var hasBegun = false

    package init(bodyLimit: Int = 256 * 1024) {
        self.bodyLimit = bodyLimit
        line.reserveCapacity(256)
        body.reserveCapacity(512)
    }

    package mutating func begin() {
        state = .statusLine
        hasBegun = false
        body.removeAll(keepingCapacity: true)
        beginHead()
        headBytes = 0
    }

    private mutating func beginHead() {
        line.removeAll(keepingCapacity: true)
        status = 0
        contentLength = nil
        isChunked = false
        hasTransferEncoding = false
        saysClose = false
        saysKeepAlive = false
        retryAfter = nil
    }

    /// Whether the connection can take another request after a complete response.
    package var isReusable: Bool { state == .done && !endsByClose && !saysClose && (!isOldVersion || saysKeepAlive) }
    private var endsByClose: Bool { contentLength == nil && !isChunked && !Self.hasNoBody(status) }

    /// - Returns: `complete` when the response is whole. Bytes behind it were not asked for: an error.
    package mutating func feed(_ bytes: UnsafeRawBufferPointer) -> Progress {
        if !bytes.isEmpty { hasBegun = true }
        var index = 0
        while index < bytes.count {
            switch state {
            case .body(let remaining):
                let count = min(remaining, bytes.count - index)
                body.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[index..<index + count]))
                index += count
                state = count == remaining ? .done : .body(remaining: remaining - count)
            case .chunk(let remaining):
                let count = min(remaining, bytes.count - index)
                guard body.count + count <= bodyLimit else { return .failed("the answer is larger than \(bodyLimit) bytes") }
                body.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[index..<index + count]))
                index += count
                state = count == remaining ? .chunkEnd : .chunk(remaining: remaining - count)
            case .untilClose:
                guard body.count + bytes.count - index <= bodyLimit else { return .failed("the answer is larger than \(bodyLimit) bytes") }
                body.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[index...]))
                index = bytes.count
            case .done: return .failed("bytes came behind the end of the answer")
            case .statusLine, .headers, .chunkSize, .chunkEnd, .trailers:
                let byte = bytes[index]
                index += 1
                guard byte == 0x0a else {
                    headBytes += 1
                    guard headBytes <= Self.headLimit else { return .failed("the answer's head is larger than \(Self.headLimit) bytes") }
                    line.append(byte)
                    continue
                }
                guard line.last == 0x0d else { return .failed("a line of the answer's head does not end as HTTP wants it") }
                line.removeLast()
                if let failure = endLine() { return .failed(failure) }
                line.removeAll(keepingCapacity: true)
            }
        }
        return state == .done ? .complete : .needsMore
    }

    /// The peer closed: the end of a close-delimited body, a truncated answer everywhere else.
    package mutating func end() -> Progress {
        switch state {
        case .done: return .complete
        case .untilClose:
            state = .done
            return .complete
        default: return .failed(hasBegun ? "the connection ended within the answer" : "the connection ended without an answer")
        }
    }

    // MARK: Lines

    private mutating func endLine() -> String? {
        switch state {
        case .statusLine: return readStatusLine()
        case .headers: return line.isEmpty ? endHead() : readHeader()
        case .chunkSize: return readChunkSize()
        case .chunkEnd:
            guard line.isEmpty else { return "a chunk of the answer is longer than it says" }
            state = .chunkSize
        case .trailers:
            if line.isEmpty { state = .done }
        case .body, .chunk, .untilClose, .done: break
        }
        return nil
    }

    private mutating func readStatusLine() -> String? {
        // HTTP/1.1 200 OK
        guard line.count >= 12, line.starts(with: Self.versionPrefix), line[7] == 0x30 || line[7] == 0x31, line[8] == 0x20 else {
            return "the answer is not HTTP/1"
        }
        isOldVersion = line[7] == 0x30
        var number = 0
        for byte in line[9..<12] {
            guard (0x30...0x39).contains(byte) else { return "the answer has no status" }
            number = number * 10 + Int(byte - 0x30)
        }
        guard number >= 100, line.count == 12 || line[12] == 0x20 else { return "the answer has no status" }
        status = number
        state = .headers
        return nil
    }

    private static let versionPrefix = Array("HTTP/1.".utf8)

    private mutating func readHeader() -> String? {
        guard let colon = line.firstIndex(of: 0x3a), colon > 0 else { return "a header of the answer has no name" }
        guard line[0] != 0x20, line[0] != 0x09, line[colon - 1] != 0x20, line[colon - 1] != 0x09 else {
            return "a header of the answer is folded or has blanks in its name"
        }
        var start = colon + 1
        var end = line.count
        while start < end, line[start] == 0x20 || line[start] == 0x09 { start += 1 }
        while end > start, line[end - 1] == 0x20 || line[end - 1] == 0x09 { end -= 1 }
        switch colon {
        case 14 where isName("content-length"): return readContentLength(line[start..<end])
        case 17 where isName("transfer-encoding"):
            guard !hasTransferEncoding, equals(line[start..<end], "chunked") else { return "the answer's transfer encoding is not plain chunked" }
            hasTransferEncoding = true
            isChunked = true
        case 10 where isName("connection"):
            let value = String(decoding: line[start..<end], as: UTF8.self).lowercased()
            for token in value.split(separator: ",") {
                let word = token.drop { $0 == " " }
                if word.hasPrefix("close") { saysClose = true }
                if word.hasPrefix("keep-alive") { saysKeepAlive = true }
            }
        case 11 where isName("retry-after"): retryAfter = String(decoding: line[start..<min(end, start + 64)], as: UTF8.self)
        default: break
        }
        return nil
    }

    private mutating func readContentLength(_ value: ArraySlice<UInt8>) -> String? {
        guard !value.isEmpty, value.count <= 12 else { return "the answer's length is not a number" }
        var number = 0
        for byte in value {
            guard (0x30...0x39).contains(byte) else { return "the answer's length is not a number" }
            number = number * 10 + Int(byte - 0x30)
        }
        if let contentLength, contentLength != number { return "the answer gives two lengths" }
        contentLength = number
        return nil
    }

    private mutating func endHead() -> String? {
        if (100..<200).contains(status) {
            guard status != 101 else { return "the answer switches protocols, which nobody asked for" }
            beginHead()
            state = .statusLine
            return nil
        }
        guard !(isChunked && contentLength != nil) else { return "the answer gives a length and chunks" }
        if Self.hasNoBody(status) {
            state = .done
        } else if isChunked {
            state = .chunkSize
        } else if let contentLength {
            guard contentLength <= bodyLimit else { return "the answer is larger than \(bodyLimit) bytes" }
            state = contentLength == 0 ? .done : .body(remaining: contentLength)
        } else {
            state = .untilClose
        }
        return nil
    }

    private mutating func readChunkSize() -> String? {
        var number = 0
        var digits = 0
        for byte in line {
            let digit: Int
            switch byte {
            case 0x30...0x39: digit = Int(byte - 0x30)
            case 0x41...0x46: digit = Int(byte - 0x41) + 10
            case 0x61...0x66: digit = Int(byte - 0x61) + 10
            case 0x3b where digits > 0: digit = -1
            default: return "a chunk of the answer has no size"
            }
            if digit < 0 { break }
            digits += 1
            guard digits <= 7 else { return "a chunk of the answer is too large" }
            number = number << 4 | digit
        }
        guard digits > 0 else { return "a chunk of the answer has no size" }
        state = number == 0 ? .trailers : .chunk(remaining: number)
        return nil
    }

    private static func hasNoBody(_ status: Int) -> Bool { status == 204 || status == 304 }

    private func isName(_ name: StaticString) -> Bool { equals(line[0..<name.utf8CodeUnitCount], name) }

    /// ASCII letters without regard to case; `word` is in lower case.
    private func equals(_ bytes: ArraySlice<UInt8>, _ word: StaticString) -> Bool {
        guard bytes.count == word.utf8CodeUnitCount else { return false }
        var pointer = word.utf8Start
        for byte in bytes {
            let lower = (0x41...0x5a).contains(byte) ? byte | 0x20 : byte
            guard lower == pointer.pointee else { return false }
            pointer += 1
        }
        return true
    }
}
