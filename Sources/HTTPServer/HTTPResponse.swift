/// An answer: status, headers, body. `Date`, `Content-Length` and `Connection` come by themselves; a HEAD request gets no body.
package struct HTTPResponse: Sendable, Equatable {
    package struct Header: Sendable, Equatable {
        package var name: String
        package var value: String
    }

    /// 200...599.
    package var status: Int
    /// Empty: no such header.
    package var contentType: String
    package var headers: [Header] = []
    package var body: [UInt8]

    package init(status: Int = 200, contentType: String = "application/json", body: [UInt8] = []) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }

    package static func text(_ text: String, status: Int = 200) -> HTTPResponse {
        HTTPResponse(status: status, contentType: "text/plain; charset=utf-8", body: [UInt8](text.utf8))
    }

    package static var notFound: HTTPResponse { text("not found\n", status: 404) }

    /// - Parameter allowed: the methods that the path knows, as in `GET, HEAD`.
    package static func methodNotAllowed(_ allowed: String) -> HTTPResponse {
        text("method not allowed\n", status: 405).with("Allow", allowed)
    }

    /// - Parameters: name and value without line breaks.
    package consuming func with(_ name: String, _ value: String) -> HTTPResponse {
        headers.append(Header(name: name, value: value))
        return self
    }
}
