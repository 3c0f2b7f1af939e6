import TestSupport
import Testing

@testable import RocketSMS

/// What a peer does with a send, and what that proves.
struct Evidence: Sendable, CustomTestStringConvertible {
    let name: String
    let outcome: SendOutcome
    let script: @Sendable (ScriptedConnection) -> Void

    var testDescription: String { name }

    init(_ name: String, _ outcome: SendOutcome, script: @escaping @Sendable (ScriptedConnection) -> Void) {
        self.name = name
        self.outcome = outcome
        self.script = script
    }

    /// A whole answer to a whole request.
    init(_ name: String, _ status: String, _ body: String, headers: [String] = [], _ outcome: SendOutcome) {
        self.init(name, outcome) { connection in
            _ = connection.readRequest()
            connection.answer(body, status: status, headers: headers)
            connection.awaitClose()
        }
    }

    /// A whole answer with HTTP 200.
    init(_ name: String, _ body: String, _ outcome: SendOutcome) { self.init(name, "200 OK", body, outcome) }

    /// The request is taken, these bytes come back, and the stream ends.
    init(_ name: String, raw bytes: String, _ outcome: SendOutcome) {
        self.init(name, outcome) { connection in
            _ = connection.readRequest()
            connection.write(bytes)
        }
    }

    static let all = ids + codes + later + front + unreadable + broken

    private static let ids: [Evidence] = [
        .init("id", Accepted.answer, .accepted(Accepted.receipt)),
        .init("id with HTTP 500", "500 Oh", Accepted.answer, .accepted(Accepted.receipt)),
        .init("id with HTTP 404", "404 Not Found", Accepted.answer, .accepted(Accepted.receipt)),
        .init("id with HTTP 429", "429 Slow Down", Accepted.answer, headers: ["Retry-After: 5"], .accepted(Accepted.receipt)),
        .init("id with HTTP 503", "503 Busy", Accepted.answer, headers: ["Retry-After: 5"], .accepted(Accepted.receipt)),
        .init(
            "id and error", #"{"error":"BAD_PHONE","id":"8767"}"#,
            .accepted(SendReceipt(ids: ["8767"], status: "QUEUED", cost: nil))),
        .init(
            "id beyond 2^63, spaces, a mark before it", "\u{FEFF} {\"status\":\"QUEUED\" , \"id\" : 99999999999999999999 } ",
            .accepted(SendReceipt(ids: ["99999999999999999999"], status: "QUEUED", cost: nil))),
        .init(
            "chunked", raw: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{\"i\r\n6\r\nd\":87}\r\n0\r\n\r\n",
            .accepted(SendReceipt(ids: ["87"], status: "QUEUED", cost: nil))),
        .init(
            "HTTP/1.0 until the end", raw: "HTTP/1.0 200 OK\r\n\r\n{\"id\":87}",
            .accepted(SendReceipt(ids: ["87"], status: "QUEUED", cost: nil))),
        .init(
            "after an interim answer", raw: "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{\"id\":87}",
            .accepted(SendReceipt(ids: ["87"], status: "QUEUED", cost: nil))),
    ]

    private static let codes: [Evidence] = [
        .init("refused", #"{"error":"BAD_PHONE"}"#, .refused(code: "BAD_PHONE", .permanent)),
        .init("refused with HTTP 400", "400 Bad", #"{"error":"BAD_PHONE"}"#, .refused(code: "BAD_PHONE", .permanent)),
        .init("refused with HTTP 500", "500 Oh", #"{"error":"BAD_PHONE"}"#, .refused(code: "BAD_PHONE", .permanent)),
        .init(
            "an unknown code with HTTP 500", "500 Oh", #"{"error":"INTERNAL_ERROR"}"#,
            .unknown(.unintelligible(status: 500, .unfamiliarCode))),
        .init(
            "an unknown code with HTTP 503", "503 Busy", #"{"error":"BUSY"}"#, headers: ["Retry-After: 5"],
            .unknown(.unintelligible(status: 503, .unfamiliarCode), retryAfter: .seconds(5))),
        .init("an unknown code with HTTP 404", "404 Oh", #"{"error":"NO_ROUTE"}"#, .refused(code: "NO_ROUTE", .permanent)),
        .init("a code that nobody knows", #"{"error":"X_9"}"#, .refused(code: "X_9", .permanent)),
        .init("id 0 is none", #"{"id":0,"error":"BAD_PHONE"}"#, .refused(code: "BAD_PHONE", .permanent)),
        .init("credentials", #"{"error":"WRONG_AUTH"}"#, .refused(code: "WRONG_AUTH", .account)),
        .init("credentials with HTTP 401", "401 Who", #"{"error":"WRONG_AUTH"}"#, .refused(code: "WRONG_AUTH", .account)),
        .init("credit", #"{"error":"NO_CREDITS"}"#, .refused(code: "NO_CREDITS", .credit)),
        .init("transient", #"{"error":"TRY_LATER"}"#, .refused(code: "TRY_LATER", .transient)),
        .init("a known code with HTTP 429", "429 Slow", #"{"error":"BAD_PHONE"}"#, .refused(code: "BAD_PHONE", .permanent)),
    ]

    private static let later: [Evidence] = [
        .init("429", "429 Slow", "", .notSent(.tooManyRequests, retryAfter: nil)),
        .init("429 with HTML", "429 Slow", "<html>", headers: ["Retry-After: 7"], .notSent(.tooManyRequests, retryAfter: .seconds(7))),
        .init(
            "429 with an unknown code", "429 Slow", #"{"error":"RATE_LIMIT"}"#, headers: ["Retry-After: 0"],
            .notSent(.tooManyRequests, retryAfter: .zero)),
        .init("429 for a day", "429 Slow", "", headers: ["Retry-After: 86400"], .notSent(.tooManyRequests, retryAfter: .seconds(3_600))),
        .init(
            "503 with seconds", "503 Busy", "<html>", headers: ["retry-after: 12"],
            .unknown(.unintelligible(status: 503, .html), retryAfter: .seconds(12))),
        .init(
            "503 with a date that is past", "503 Busy", "", headers: ["Retry-After: Sun, 06 Nov 1994 08:49:37 GMT"],
            .unknown(.unintelligible(status: 503, .empty), retryAfter: .zero)),
        .init(
            "503 with a date far away", "503 Busy", "", headers: ["Retry-After: Fri, 31 Dec 2199 23:59:59 GMT"],
            .unknown(.unintelligible(status: 503, .empty), retryAfter: .seconds(3_600))),
        .init(
            "500 with Retry-After", "500 Oh", "<html>", headers: ["Retry-After: 3600"], .unknown(.unintelligible(status: 500, .html))),
    ]

    /// Pages of a web server in front: nothing of the provider's took the request.
    private static let front: [Evidence] =
        ([301, 302, 303, 307, 308, 400, 401, 403, 404, 405, 411, 413, 414, 421, 426, 431].map { status in
            .init(
                "\(status) with HTML", "\(status) Front", "\r\n<html>", headers: ["Location: https://elsewhere/", "Retry-After: 3600"],
                .notSent(.front(status: status), retryAfter: nil))
        } as [Evidence]) + [
            .init("404 with nothing", "404 Not Found", "", .notSent(.front(status: 404), retryAfter: nil)),
            .init("403 with JSON of its own", "403 No", #"{"message":"Forbidden"}"#, .notSent(.front(status: 403), retryAfter: nil)),
            .init(
                "400 with an error that is no code", "400 Bad", #"{"error":"Bad phone"}"#, .notSent(.front(status: 400), retryAfter: nil)),
            .init("408", "408 Slow", "<html>", .unknown(.unintelligible(status: 408, .html))),
            .init("409", "409 Oh", "<html>", .unknown(.unintelligible(status: 409, .html))),
            .init("404 that is cut", raw: "HTTP/1.1 404 Oh\r\nContent-Length: 9\r\n\r\n<html", .unknown(.badAnswer(.truncated))),
        ]

    private static let unreadable: [Evidence] = [
        .init("503 alone", "503 Busy", "<html>", .unknown(.unintelligible(status: 503, .html))),
        .init(
            "503 with a Retry-After that says nothing", "503 Busy", "", headers: ["Retry-After: soon"],
            .unknown(.unintelligible(status: 503, .empty))),
        .init("500", "500 Oh", "oh", .unknown(.unintelligible(status: 500, .notJSON))),
        .init("502 with HTML", "502 Bad Gateway", "<html>502</html>", .unknown(.unintelligible(status: 502, .html))),
        .init("HTML with 200", "<!doctype html><p>ok", .unknown(.unintelligible(status: 200, .html))),
        .init("nothing with 200", "", .unknown(.unintelligible(status: 200, .empty))),
        .init("space with 200", " \n", .unknown(.unintelligible(status: 200, .empty))),
        .init("truncated JSON", #"{"id":8767,"sta"#, .unknown(.unintelligible(status: 200, .truncatedJSON))),
        .init("bytes after the JSON", #"{"id":8767}{"id":8768}"#, .unknown(.unintelligible(status: 200, .notJSON))),
        .init("two ids", #"{"id":8767,"id":8768}"#, .unknown(.unintelligible(status: 200, .unexpectedJSON))),
        .init("an array", #"[{"id":8767}]"#, .unknown(.unintelligible(status: 200, .unexpectedJSON))),
        .init("an empty object", "{}", .unknown(.unintelligible(status: 200, .unexpectedJSON))),
        .init("id null", #"{"id":null}"#, .unknown(.unintelligible(status: 200, .unexpectedJSON))),
        .init("id -1", #"{"id":-1}"#, .unknown(.unintelligible(status: 200, .unexpectedJSON))),
        .init("id 1e3", #"{"id":1e3}"#, .unknown(.unintelligible(status: 200, .unexpectedJSON))),
        .init("an error that is no code", #"{"error":"Bad phone"}"#, .unknown(.unintelligible(status: 200, .unreadableCode))),
        .init("an error that is an object", #"{"error":{"code":"BAD_PHONE"}}"#, .unknown(.unintelligible(status: 200, .unreadableCode))),
    ]

    private static let broken: [Evidence] = [
        .init("closed without an answer", .unknown(.closedByPeer)) { _ = $0.readRequest() },
        .init("reset without an answer", .unknown(.connectionBroken)) { connection in
            _ = connection.readRequest()
            connection.reset()
        },
        .init(
            "closed in the body", raw: "HTTP/1.1 200 OK\r\nContent-Length: 60\r\n\r\n\(#"{"id":8767,"status":"SENT""#)",
            .unknown(.badAnswer(.truncated))),
        .init("closed in the head", raw: "HTTP/1.1 200 OK\r\nContent-", .unknown(.badAnswer(.truncated))),
        .init("two lengths", raw: "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}", .unknown(.badAnswer(.badLength))),
        .init("no HTTP", raw: "oh\r\n\r\n", .unknown(.badAnswer(.badStatusLine))),
        .init("upgrade", raw: "HTTP/1.1 101 Now\r\n\r\n", .unknown(.badAnswer(.unexpectedUpgrade))),
        .init(
            "a long body", raw: "HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n{\"id\":8767}", .unknown(.badAnswer(.bodyTooLarge))),
        .init(
            "a long chunk", raw: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7D0\r\n{\"id\"", .unknown(.badAnswer(.bodyTooLarge))),
        .init(
            "a body without end", raw: "HTTP/1.1 200 OK\r\n\r\n\(String(repeating: "x", count: 2_000))",
            .unknown(.badAnswer(.bodyTooLarge))),
    ]
}
