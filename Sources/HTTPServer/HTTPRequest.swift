internal import CMicrohttpd

/// A whole request, lent to the handler: nothing in it may be kept beyond the handler's call (copy what is needed).
package struct HTTPRequest: ~Copyable {
    package let method: HTTPMethod
    /// As the client wrote it: escapes are not resolved, so `/livez%00` is not `/livez`.
    package let path: HTTPText
    /// What stands behind the first `?`, as the client wrote it; empty where there is none.
    package let query: HTTPText
    package let body: UnsafeRawBufferPointer
    /// By which this request can be answered after the handler has returned `.suspend`.
    package let exchange: HTTPExchange

    private let connection: OpaquePointer

    init(
        method: HTTPMethod, path: HTTPText, query: HTTPText, body: UnsafeRawBufferPointer, exchange: HTTPExchange, connection: OpaquePointer
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.body = body
        self.exchange = exchange
        self.connection = connection
    }

    /// The value of a header, nil where it is absent; of a repeated one, the first.
    ///
    /// - Parameter name: in any case.
    package func header(_ name: StaticString) -> HTTPText? {
        var count = 0
        let value = name.utf8Start.withMemoryRebound(to: CChar.self, capacity: name.utf8CodeUnitCount) { key in
            rs_mhd_header(connection, key, name.utf8CodeUnitCount, &count)
        }
        guard let value else { return nil }
        return HTTPText(UnsafeRawBufferPointer(start: value, count: count))
    }
}
