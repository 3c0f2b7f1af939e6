import Testing

@testable import RocketSMS

/// Bytes of a peer, and what must come of them.
struct ResponseExample: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    let ends: Bool
    let expected: ResponseReading

    var testDescription: String { name }

    init(_ name: String, _ text: String, ends: Bool = false, _ expected: ResponseReading) {
        self.name = name
        bytes = Array(text.utf8)
        self.ends = ends
        self.expected = expected
    }

    static let all = good + closing + faulty

    /// Longer than the limit of a head.
    static let endlessHeads: [ResponseExample] = [
        .init("reason", "HTTP/1.1 200 \(String(repeating: "x", count: 20_000))", .failed(.headTooLarge)),
        .init("header", "HTTP/1.1 200 OK\r\nA: \(String(repeating: "x", count: 20_000))", .failed(.headTooLarge)),
        .init("headers", "HTTP/1.1 200 OK\r\n\(String(repeating: "A: b\r\n", count: 4_000))", .failed(.headTooLarge)),
        .init("interim answers", String(repeating: "HTTP/1.1 100 Continue\r\n\r\n", count: 1_000), .failed(.headTooLarge)),
        .init(
            "trailers", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\(String(repeating: "A: b\r\n", count: 4_000))",
            .failed(.headTooLarge)),
    ]

    private static let good: [ResponseExample] = [
        .init("length", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n{\"a\"", .complete(200, "{\"a\"")),
        .init("no body", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", .complete(200, "")),
        .init("the same length twice", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\ncontent-length:2\r\n\r\nab", .complete(200, "ab")),
        .init("no reason", "HTTP/1.1 200\r\nContent-Length: 1\r\n\r\nx", .complete(200, "x")),
        .init("204", "HTTP/1.1 204 No Content\r\n\r\n", .complete(204, "")),
        .init(
            "chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n3\r\nabc\r\nA;x=\"y\"\r\n0123456789\r\n0\r\n\r\n",
            .complete(200, "abc0123456789")),
        .init(
            "chunked with trailers", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1 \r\na\r\n00\r\nX-Sum: 1\r\nY: 2\r\n\r\n",
            .complete(200, "a")),
        .init("100 first", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", .complete(200, "x")),
        .init(
            "two interim answers, whose headers do not count",
            "HTTP/1.1 102 Processing\r\nContent-Length: 9\r\nRetry-After: 5\r\nConnection: close\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </>\r\n\r\n"
                + "HTTP/1.1 503 Busy\r\nRetry-After:  17 \r\nContent-Length: 2\r\n\r\nno", .complete(503, "no", retryAfter: "17")),
        .init(
            "keep-alive with a limit", "HTTP/1.1 200 OK\r\nKeep-Alive: timeout=5, max=100\r\nContent-Length: 0\r\n\r\n",
            .complete(200, "", keepAlive: 5)),
        .init(
            "HTTP/1.0 that keeps alive", "HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 1\r\n\r\nx", .complete(200, "x")),
    ]

    private static let closing: [ResponseExample] = [
        .init(
            "says close", "HTTP/1.1 200 OK\r\nConnection: foo , CLOSE\r\nContent-Length: 1\r\n\r\nx", .complete(200, "x", reusable: false)),
        .init("HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx", .complete(200, "x", reusable: false)),
        .init("until close", "HTTP/1.1 200 OK\r\n\r\n{\"id\":1}", ends: true, .complete(200, "{\"id\":1}", reusable: false)),
        .init("until close, empty", "HTTP/1.0 500 Oh\r\n\r\n", ends: true, .complete(500, "", reusable: false)),
        .init("until close, not closed", "HTTP/1.1 200 OK\r\n\r\n{\"id\":1}", .needsMore),
        .init(
            "bytes after the end", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxHTTP/1.1 200 OK\r\n",
            .complete(200, "x", reusable: false, surplus: true)),
        .init(
            "bytes after the last chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n\r\n",
            .complete(200, "x", reusable: false, surplus: true)),
        .init("bytes after 204", "HTTP/1.1 204 No\r\nContent-Length: 3\r\n\r\nabc", .complete(204, "", reusable: false, surplus: true)),
        .init(
            "length and chunks: chunks win, and the connection goes",
            "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
            .complete(200, "x", reusable: false)),
        .init(
            "chunks and length", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n1\r\nx\r\n0\r\n\r\n",
            .complete(200, "x", reusable: false)),
    ]

    private static let faulty: [ResponseExample] = [
        .init("nothing", "", ends: true, .failed(.truncated)),
        .init("ends in the head", "HTTP/1.1 200 OK\r\nContent-Le", ends: true, .failed(.truncated)),
        .init("ends in the body", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc", ends: true, .failed(.truncated)),
        .init("ends in a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", ends: true, .failed(.truncated)),
        .init(
            "ends before the last chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n", ends: true,
            .failed(.truncated)),
        .init("ends after an interim answer", "HTTP/1.1 100 Continue\r\n\r\n", ends: true, .failed(.truncated)),
        .init("two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", .failed(.badLength)),
        .init("a list of lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\na", .failed(.badLength)),
        .init("negative length", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", .failed(.badLength)),
        .init("signed length", "HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\nx", .failed(.badLength)),
        .init("huge length", "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n", .failed(.badLength)),
        .init("no length", "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n", .failed(.badLength)),
        .init("chunk size is no number", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", .failed(.badChunk)),
        .init("chunk size is empty", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n", .failed(.badChunk)),
        .init("chunk size too long", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n000000001\r\nx\r\n", .failed(.badChunk)),
        .init("chunk size with 0x", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\nx\r\n", .failed(.badChunk)),
        .init("chunk longer than said", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxy\r\n0\r\n\r\n", .failed(.badChunk)),
        .init("chunk line without CR", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\nx\r\n0\r\n\r\n", .failed(.badChunk)),
        .init("chunks in HTTP/1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", .failed(.unknownTransferEncoding)),
        .init("gzip", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", .failed(.unknownTransferEncoding)),
        .init(
            "chunked twice", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
            .failed(.unknownTransferEncoding)),
        .init("header without colon", "HTTP/1.1 200 OK\r\nContent-Length\r\n\r\n", .failed(.badHeader)),
        .init("header without name", "HTTP/1.1 200 OK\r\n: 1\r\n\r\n", .failed(.badHeader)),
        .init("space before the colon", "HTTP/1.1 200 OK\r\nContent-Length : 1\r\n\r\nx", .failed(.badHeader)),
        .init("folded header", "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", .failed(.badHeader)),
        .init("NUL in a header", "HTTP/1.1 200 OK\r\nA: b\0\r\n\r\n", .failed(.badHeader)),
        .init("CR in a header", "HTTP/1.1 200 OK\r\nA: b\rContent-Length: 1\r\n\r\n", .failed(.badHeader)),
        .init("header line without CR", "HTTP/1.1 200 OK\r\nA: b\n\r\n", .failed(.badHeader)),
        .init("HTTP/2", "HTTP/2 200\r\n\r\n", .failed(.badStatusLine)),
        .init("HTTP/0.9", "{\"id\":1}\r\n", .failed(.badStatusLine)),
        .init("HTML", "<html>\n", .failed(.badStatusLine)),
        .init("two digits", "HTTP/1.1 20 OK\r\n\r\n", .failed(.badStatusLine)),
        .init("four digits", "HTTP/1.1 2000 OK\r\n\r\n", .failed(.badStatusLine)),
        .init("status 600", "HTTP/1.1 600 OK\r\n\r\n", .failed(.badStatusLine)),
        .init("empty line first", "\r\nHTTP/1.1 200 OK\r\n\r\n", .failed(.badStatusLine)),
        .init("upgrade", "HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\n\r\n", .failed(.unexpectedUpgrade)),
        .init("body too large", "HTTP/1.1 200 OK\r\nContent-Length: 262145\r\n\r\n", .failed(.bodyTooLarge)),
        .init("chunk too large", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40001\r\n", .failed(.bodyTooLarge)),
    ]
}
