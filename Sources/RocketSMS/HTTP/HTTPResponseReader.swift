/// Reads one HTTP/1.x answer, strictly, from bytes that come split anywhere. Allocates nothing once its buffers have grown.
///
///     reader.reset()
///     while case .needsMore = reader.read(bytes) { … }
///
/// Strict: lines end with CRLF, names are tokens, nothing is folded, lengths agree. What a recipient might guess is a fault
/// here, because a guess about an answer is a guess about an SMS. All that came stays in `received`, for whoever looks for a receipt in
/// what is broken.
struct HTTPResponseReader {
    enum Progress: Equatable {
        case needsMore
        /// The answer is whole. `hasSurplus` tells of bytes after it.
        case complete
        case failed(HTTPResponseFault)
    }

    private enum Phase: Equatable {
        case statusLine
        case headers
        case body(remaining: Int)
        case bodyUntilClose
        case chunkSize
        case chunk(remaining: Int)
        /// The CRLF after a chunk's bytes.
        case chunkReturn, chunkNewline
        case trailers
        case complete
        case failed(HTTPResponseFault)
    }

    private enum Length: Equatable {
        case none
        case bytes(Int)
        case chunked
    }

    private let limits: HTTPResponseLimits
    private var phase = Phase.statusLine
    private var headSize = 0
    /// The beginning of a line whose end has not come yet.
    private var partialLine: [UInt8] = []
    private var length = Length.none
    private var hasBothLengths = false
    private var minorVersion = 1
    private var saysClose = false
    private var saysKeepAlive = false

    private(set) var status = 0
    private(set) var body: [UInt8] = []
    /// The bytes as they came, as many as an answer may have.
    private(set) var received: [UInt8] = []
    /// The value of `Retry-After` as it came; empty where there is none.
    private(set) var retryAfter: [UInt8] = []
    /// The value of `Date` as it came; empty where there is none.
    private(set) var date: [UInt8] = []
    /// Seconds for which the server says it keeps an idle connection (`Keep-Alive: timeout=…`).
    private(set) var keepAliveSeconds: Int?
    /// Bytes came after the end of the answer.
    private(set) var hasSurplus = false
    /// At least one byte came.
    private(set) var hasBegun = false

    init(limits: HTTPResponseLimits = HTTPResponseLimits()) { self.limits = limits }

    /// Whether the connection may carry another request.
    var isReusable: Bool {
        guard phase == .complete, !hasSurplus, !hasBothLengths, !saysClose else { return false }
        return minorVersion >= 1 || saysKeepAlive
    }

    /// Ready for another answer; the buffers keep their room.
    mutating func reset() {
        phase = .statusLine
        headSize = 0
        partialLine.removeAll(keepingCapacity: true)
        hasSurplus = false
        hasBegun = false
        beginHead()
        // One large answer is no reason to hold its room for ever on every connection.
        body.removeAll(keepingCapacity: body.capacity <= 16 << 10)
        received.removeAll(keepingCapacity: received.capacity <= 16 << 10)
    }

    var isComplete: Bool { phase == .complete }

    /// Nothing more is kept.
    var isFull: Bool { received.count >= limits.head + limits.body }

    /// Takes the next bytes, all of them.
    mutating func read(_ bytes: UnsafeRawBufferPointer) -> Progress {
        hasBegun = hasBegun || !bytes.isEmpty
        received.append(contentsOf: bytes.prefix(max(0, limits.head + limits.body - received.count)))
        var position = 0
        while position < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[position...])
            switch phase {
            case .statusLine, .headers, .chunkSize, .trailers: position += takeLine(rest)
            case .body(let remaining):
                let count = min(remaining, rest.count)
                body.append(contentsOf: rest.prefix(count))
                phase = count == remaining ? .complete : .body(remaining: remaining - count)
                position += count
            case .bodyUntilClose:
                if body.count + rest.count > limits.body {
                    phase = .failed(.bodyTooLarge)
                } else {
                    body.append(contentsOf: rest)
                    position = bytes.count
                }
            case .chunk(let remaining):
                let count = min(remaining, rest.count)
                body.append(contentsOf: rest.prefix(count))
                phase = count == remaining ? .chunkReturn : .chunk(remaining: remaining - count)
                position += count
            case .chunkReturn:
                phase = rest[0] == 0x0D ? .chunkNewline : .failed(.badChunk)
                position += 1
            case .chunkNewline:
                phase = rest[0] == 0x0A ? .chunkSize : .failed(.badChunk)
                position += 1
            case .complete:
                hasSurplus = true
                return .complete
            case .failed(let fault): return .failed(fault)
            }
        }
        return progress
    }

    /// The peer has ended the stream.
    mutating func readEnd() -> Progress {
        switch phase {
        case .bodyUntilClose: phase = .complete
        case .complete, .failed: break
        default: phase = .failed(.truncated)
        }
        return progress
    }

    private var progress: Progress {
        switch phase {
        case .complete: .complete
        case .failed(let fault): .failed(fault)
        default: .needsMore
        }
    }

    private mutating func beginHead() {
        length = .none
        hasBothLengths = false
        minorVersion = 1
        saysClose = false
        saysKeepAlive = false
        status = 0
        retryAfter.removeAll(keepingCapacity: true)
        date.removeAll(keepingCapacity: true)
        keepAliveSeconds = nil
    }
}

// MARK: - Lines

extension HTTPResponseReader {
    /// Takes one line, or the beginning of one; answers how many bytes that were.
    private mutating func takeLine(_ bytes: UnsafeRawBufferPointer) -> Int {
        let lineLength = HTTPSyntax.lengthOfLine(bytes)
        let count = lineLength ?? bytes.count
        if phase == .chunkSize {
            guard partialLine.count + count <= HTTPResponseLimits.chunkLine else {
                phase = .failed(.badChunk)
                return count
            }
        } else {
            headSize += count
            guard headSize <= limits.head else {
                phase = .failed(.headTooLarge)
                return count
            }
        }
        let part = UnsafeRawBufferPointer(rebasing: bytes[..<count])
        if lineLength == nil {
            partialLine.append(contentsOf: part)
        } else if partialLine.isEmpty {
            phase = phase(after: part)
        } else {
            // Taken out while it is read, and put back for its room.
            var line: [UInt8] = []
            swap(&line, &partialLine)
            line.append(contentsOf: part)
            phase = line.withUnsafeBytes { phase(after: $0) }
            line.removeAll(keepingCapacity: true)
            partialLine = line
        }
        return count
    }

    /// What a line leads to.
    ///
    /// - Parameter line: with its line feed.
    private mutating func phase(after line: UnsafeRawBufferPointer) -> Phase {
        let isTerminated = line.count >= 2 && line[line.count - 2] == 0x0D
        let text = UnsafeRawBufferPointer(rebasing: line.dropLast(isTerminated ? 2 : 1))
        switch phase {
        case .statusLine: return isTerminated && readStatusLine(text) ? .headers : .failed(.badStatusLine)
        case .headers:
            guard isTerminated else { return .failed(.badHeader) }
            if text.isEmpty { return phaseAfterHead() }
            return readHeader(text).map { .failed($0) } ?? .headers
        case .trailers:
            guard isTerminated else { return .failed(.badHeader) }
            if text.isEmpty { return .complete }
            return Self.split(text) == nil ? .failed(.badHeader) : .trailers
        case .chunkSize:
            guard isTerminated, let size = Self.chunkSize(text) else { return .failed(.badChunk) }
            if size == 0 { return .trailers }
            return size > limits.body - body.count ? .failed(.bodyTooLarge) : .chunk(remaining: size)
        default: preconditionFailure("only these phases read lines")
        }
    }

    /// `HTTP/1.x SP 3DIGIT [SP reason]`
    private mutating func readStatusLine(_ line: UnsafeRawBufferPointer) -> Bool {
        guard line.count >= 12, line.prefix(7).elementsEqual("HTTP/1.".utf8), line[8] == 0x20, line.count == 12 || line[12] == 0x20,
            let minor = HTTPSyntax.decimal(UnsafeRawBufferPointer(rebasing: line[7..<8])),
            let code = HTTPSyntax.decimal(UnsafeRawBufferPointer(rebasing: line[9..<12])), (100...599).contains(code),
            line.dropFirst(12).allSatisfy(HTTPSyntax.isValueByte)
        else { return false }
        minorVersion = minor
        status = code
        return true
    }

    private mutating func phaseAfterHead() -> Phase {
        if status == 101 { return .failed(.unexpectedUpgrade) }
        if status < 200 {
            // An interim answer: the real one follows, within the same bound.
            beginHead()
            return .statusLine
        }
        if status == 204 || status == 304 { return .complete }
        switch length {
        // HTTP/1.0 knows no chunks: who sends them there cannot be understood for certain.
        case .chunked: return minorVersion == 0 ? .failed(.unknownTransferEncoding) : .chunkSize
        case .bytes(let count) where count > limits.body: return .failed(.bodyTooLarge)
        case .bytes(0): return .complete
        case .bytes(let count): return .body(remaining: count)
        case .none:
            saysClose = true
            return .bodyUntilClose
        }
    }
}

// MARK: - Headers

extension HTTPResponseReader {
    private mutating func readHeader(_ line: UnsafeRawBufferPointer) -> HTTPResponseFault? {
        guard let (name, value) = Self.split(line) else { return .badHeader }
        switch name.count {
        case 4 where value.count <= 64 && HTTPSyntax.matches(name, "date"):
            date.removeAll(keepingCapacity: true)
            date.append(contentsOf: value)
        case 10 where HTTPSyntax.matches(name, "connection"): readConnection(value)
        case 10 where HTTPSyntax.matches(name, "keep-alive"): readKeepAlive(value)
        case 11 where HTTPSyntax.matches(name, "retry-after"):
            retryAfter.removeAll(keepingCapacity: true)
            retryAfter.append(contentsOf: value)
        case 14 where HTTPSyntax.matches(name, "content-length"):
            guard let count = HTTPSyntax.decimal(value) else { return .badLength }
            switch length {
            case .none: length = .bytes(count)
            case .bytes(let other): if other != count { return .badLength }
            case .chunked: hasBothLengths = true
            }
        case 17 where HTTPSyntax.matches(name, "transfer-encoding"):
            guard HTTPSyntax.matches(value, "chunked"), length != .chunked else { return .unknownTransferEncoding }
            // Chunks win over a length (RFC 9112, 6.3), and such a connection is not used again.
            if length != .none { hasBothLengths = true }
            length = .chunked
        default: break
        }
        return nil
    }

    private mutating func readConnection(_ value: UnsafeRawBufferPointer) {
        HTTPSyntax.forEachItem(of: value) { word in
            if HTTPSyntax.matches(word, "close") { saysClose = true }
            if HTTPSyntax.matches(word, "keep-alive") { saysKeepAlive = true }
        }
    }

    private mutating func readKeepAlive(_ value: UnsafeRawBufferPointer) {
        HTTPSyntax.forEachItem(of: value) { word in
            guard word.count > 8, HTTPSyntax.matches(UnsafeRawBufferPointer(rebasing: word.prefix(8)), "timeout=") else { return }
            keepAliveSeconds = HTTPSyntax.decimal(UnsafeRawBufferPointer(rebasing: word.dropFirst(8)))
        }
    }

    /// Name and trimmed value of a header line; nil where it is none.
    private static func split(_ line: UnsafeRawBufferPointer) -> (name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer)? {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > 0 else { return nil }
        let name = UnsafeRawBufferPointer(rebasing: line[..<colon])
        let value = UnsafeRawBufferPointer(rebasing: line[(colon + 1)...])
        guard name.allSatisfy(HTTPSyntax.isTokenByte), value.allSatisfy(HTTPSyntax.isValueByte) else { return nil }
        return (name, HTTPSyntax.trimmed(value))
    }

    /// `1*HEXDIG [BWS ";" …]`, at most eight digits.
    private static func chunkSize(_ line: UnsafeRawBufferPointer) -> Int? {
        var size = 0
        var digits = 0
        for byte in line {
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default:
                let rest = HTTPSyntax.trimmed(UnsafeRawBufferPointer(rebasing: line.dropFirst(digits)))
                let isExtension = rest.isEmpty || rest[0] == UInt8(ascii: ";")
                return digits > 0 && isExtension && rest.allSatisfy(HTTPSyntax.isValueByte) ? size : nil
            }
            digits += 1
            guard digits <= 8 else { return nil }
            size = size << 4 | Int(digit)
        }
        return digits > 0 ? size : nil
    }
}
