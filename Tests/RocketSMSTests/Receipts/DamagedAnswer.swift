import Testing

@testable import RocketSMS

/// A body in an envelope that something has damaged: whole bytes of a provider's (or a front's) answer.
struct DamagedAnswer: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    /// The connection breaks afterwards, instead of ending.
    var isReset = false

    var testDescription: String { name }

    /// Every envelope around every body.
    static func all(around bodies: [(name: String, bytes: [UInt8])]) -> [DamagedAnswer] {
        envelopes.flatMap { envelope in
            bodies.map { body in
                DamagedAnswer(name: "\(envelope.name), \(body.name)", bytes: envelope.wrap(body.bytes), isReset: envelope.isReset)
            }
        }
    }

    // MARK: What is wrong with the framing

    private struct Envelope: Sendable {
        let name: String
        var isReset = false
        let wrap: @Sendable ([UInt8]) -> [UInt8]

        init(_ name: String, isReset: Bool = false, _ wrap: @escaping @Sendable ([UInt8]) -> [UInt8]) {
            self.name = name
            self.isReset = isReset
            self.wrap = wrap
        }

        /// These lines, an empty one, and the body.
        init(_ name: String, lines: String...) {
            self.init(name) { body in Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body }
        }

        /// A head with the right length, if `fields` says nothing of it.
        init(_ name: String, status: String = "HTTP/1.1 200 OK", fields: String) {
            self.init(name) { body in Array("\(status)\r\nContent-Length: \(body.count)\r\n\(fields)\r\n\r\n".utf8) + body }
        }
    }

    private static func chunked(_ body: [UInt8], head: String = "HTTP/1.1 200 OK", end: String) -> [UInt8] {
        let size = String(body.count, radix: 16)
        return Array("\(head)\r\nTransfer-Encoding: chunked\r\n\r\n\(size)\r\n".utf8) + body + Array(end.utf8)
    }

    private static let envelopes: [Envelope] = [
        .init("a good envelope", fields: "X: y"),
        .init("no length", lines: "HTTP/1.1 200 OK"),
        .init("a length too large") { Array("HTTP/1.1 200 OK\r\nContent-Length: \($0.count + 29)\r\n\r\n".utf8) + $0 },
        .init("a length too large, then a reset", isReset: true) {
            Array("HTTP/1.1 200 OK\r\nContent-Length: \($0.count + 29)\r\n\r\n".utf8) + $0
        },
        .init("a length too small") { Array("HTTP/1.1 200 OK\r\nContent-Length: \($0.count - 5)\r\n\r\n".utf8) + $0 },
        .init("length 0", lines: "HTTP/1.1 200 OK", "Content-Length: 0"),
        .init("two lengths", lines: "HTTP/1.1 200 OK", "Content-Length: 1", "Content-Length: 2"),
        .init("a negative length", lines: "HTTP/1.1 200 OK", "Content-Length: -1"),
        .init("a length beyond the limit", lines: "HTTP/1.1 200 OK", "Content-Length: 99999999"),
        .init("a folded header", fields: "Set-Cookie: a=b\r\n    continued; path=/"),
        .init("a header without a colon", fields: "Warning"),
        .init("a space before the colon", fields: "X : y"),
        .init("a NUL in a header", fields: "X: a\0b"),
        .init("a header of 20,000 bytes", fields: "X: \(String(repeating: "x", count: 20_000))"),
        .init("lines without CR") { Array("HTTP/1.1 200 OK\nContent-Length: \($0.count)\n\n".utf8) + $0 },
        .init("no empty line") { Array("HTTP/1.1 200 OK\r\nContent-Length: \($0.count)\r\n".utf8) + $0 },
        .init("HTTP/2", status: "HTTP/2 200", fields: "X: y"),
        .init("status 600", status: "HTTP/1.1 600 Oh", fields: "X: y"),
        .init("204", status: "HTTP/1.1 204 No Content", fields: "X: y"),
        .init("304", status: "HTTP/1.1 304 Not Modified", fields: "X: y"),
        .init("an upgrade", lines: "HTTP/1.1 101 Switching", "Upgrade: h2c"),
        .init("an interim answer without a final one", lines: "HTTP/1.1 100 Continue"),
        .init("404", status: "HTTP/1.1 404 Not Found", fields: "X: y"),
        .init("500", status: "HTTP/1.1 500 Oh", fields: "X: y"),
        .init("503 with Retry-After", status: "HTTP/1.1 503 Busy", fields: "Retry-After: 5"),
        .init("a coding that it has not", fields: "Content-Encoding: gzip"),
        .init("an unknown transfer coding", lines: "HTTP/1.1 200 OK", "Transfer-Encoding: gzip, chunked"),
        .init("chunks without their end") { chunked($0, end: "") },
        .init("chunks that end in a reset", isReset: true) { chunked($0, end: "\r\n0") },
        .init("chunks, then noise") { chunked($0, end: "\r\nxyz\r\n") },
        .init("chunks in HTTP/1.0") { chunked($0, head: "HTTP/1.0 200 OK", end: "\r\n0\r\n\r\n") },
        .init("a chunk longer than it says") {
            Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n".utf8) + $0 + Array("\r\n0\r\n\r\n".utf8)
        },
        .init("chunked by name only", lines: "HTTP/1.1 200 OK", "Transfer-Encoding: chunked"),
        .init("a chunk's end in a split") { body in
            let half = body.count / 2
            return Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\(String(half, radix: 16))\r\n".utf8) + body[..<half]
                + Array("\r\n\(String(body.count - half, radix: 16))\r\n".utf8) + body[half...] + Array("\r\nG\r\n".utf8)
        },
    ]

    // MARK: What is wrong with the body

    /// A receipt, and what some servers put around it or into it. All of them say: message 8767 is taken.
    static let receipts: [(name: String, bytes: [UInt8])] = [
        ("a receipt", Array(Accepted.answer.utf8)),
        (
            "a PHP warning before it",
            Array(
                "<br />\n<b>Warning</b>:  Undefined index in <b>/var/www/api.php</b> on line <b>7</b><br />\n\(Accepted.answer)".utf8)
        ),
        ("a notice in front, with a brace", Array("Notice: Undefined offset {0} in {$x\n\(Accepted.answer)".utf8)),
        ("a page around it", Array("<html><style>body{color:red}</style><body>\(Accepted.answer)</body></html>".utf8)),
        ("another object before it", Array("{\"debug\":true}\n\(Accepted.answer)".utf8)),
        ("a log line after it", Array("\(Accepted.answer)\n[error] { \"x".utf8)),
        ("itself twice", Array("\(Accepted.answer)\(Accepted.answer)".utf8)),
        ("a list around it", Array("[\(Accepted.answer)]".utf8)),
        ("a cut object around it", Array("{\"took\":3,\"result\":\(Accepted.answer),\"ti".utf8)),
        ("a call around it", Array("callback(\(Accepted.answer));".utf8)),
        ("a guard before it", Array(")]}',\n\(Accepted.answer)".utf8)),
        ("a mark before it", [0xEF, 0xBB, 0xBF] + Array(Accepted.answer.utf8)),
        ("two bytes a character", [0xFF, 0xFE] + Array(Accepted.answer.utf8).flatMap { [$0, 0] }),
        ("another code page in it", Array(#"{"id":8767,"status":"SENT","text":""#.utf8) + [0xCF, 0xF0, 0xE8] + Array(#""}"#.utf8)),
        ("a line feed in a text of it", Array("{\"text\":\"a\nb\",\"id\":8767,\"status\":\"SENT\"}".utf8)),
        ("quotes in a text of it", Array(#"{"text":"say "hi" to","id":8767,"status":"SENT"}"#.utf8)),
        ("a bad escape in it", Array(#"{"path":"C:\xampp\u12","id":8767,"status":"SENT"}"#.utf8)),
        ("a bad number in it", Array(#"{"id":8767,"status":"SENT","cost":{"credits":1,"money":.2},"t":0x7}"#.utf8)),
        ("a comma too many in it", Array(#"{"id":8767,"status":"SENT",}"#.utf8)),
        ("a status twice", Array(#"{"id":8767,"status":"SENT","status":"SENT"}"#.utf8)),
        ("a status in lower case", Array(#"<p>{"id":8767,"status":"sent"}"#.utf8)),
        ("an id in quotes", Array(#"<p>{"id":"8767","status":"QUEUED"}"#.utf8)),
        ("a cost and no status", Array(#"<p>{"cost":{"credits":1,"money":"0.2"},"id":8767}"#.utf8)),
        ("an error that is none", Array(#"<p>{"error":null,"id":8767,"status":"DELIVERED"}"#.utf8)),
    ]

    /// What has an id, or looks so, and says of no message that it was taken.
    static let others: [(name: String, bytes: [UInt8])] = [
        ("an id alone, in noise", Array(#"<p>{"id":8767}"#.utf8)),
        ("an id and a status that is none", Array(#"<p>{"id":8767,"status":"OK"}"#.utf8)),
        ("an id and an error", Array(#"<p>{"id":8767,"status":"SENT","error":"BAD_PHONE"}"#.utf8)),
        ("id 0", Array(#"<p>{"id":0,"status":"SENT"}"#.utf8)),
        ("a negative id", Array(#"<p>{"id":-5,"status":"SENT"}"#.utf8)),
        ("a fraction", Array(#"<p>{"id":8767.5,"status":"SENT"}"#.utf8)),
        ("an id in words", Array(#"<p>{"id":"req-8767","status":"SENT"}"#.utf8)),
        ("two ids", Array(#"<p>{"id":8767,"status":"SENT","id":8768}"#.utf8)),
        ("no id", Array(#"<p>{"status":"SENT","cost":{"credits":1}}"#.utf8)),
        ("one object in another", Array(#"<p>{"last":{"id":8767,"status":"SENT"}}"#.utf8)),
        ("one in a refusal that is cut", Array(#"{"error":"BAD_PHONE","last":{"id":8767,"status":"SENT"},"#.utf8)),
        ("one in a text", Array(#"<p>{"message":"{\"id\":8767,\"status\":\"SENT\"}"}"#.utf8)),
        ("half of one", Array(#"<p>{"id":8767,"status":"SENT","cost":{"credits":1"#.utf8)),
        ("one without its end", Array(#"<p>{"id":8767,"status":"SENT""#.utf8)),
        ("a page", Array("<html><script>var a = {id: 8767, status: 'SENT'}</script></html>".utf8)),
        ("nothing to speak of", Array("{ [ \" }".utf8)),
    ]
}
