internal import CCurl

/// One request of HTTP/1.1 to a server that is neither Kafka nor the SMS provider: a collector of traces. libcurl's easy interface, for a
/// thread that may wait: at most for the timeout.
package struct WebRequest: Sendable {
    /// Most bytes of an answer that are kept.
    package static let answerLimit = 1 << 20

    package var url: String
    /// `name: value`, without control characters: others are left out.
    package var headers: [String]
    package var body: [UInt8]
    package var timeout: Duration

    package init(url: String, headers: [String], body: [UInt8], timeout: Duration) {
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
    }

    package struct Answer: Equatable, Sendable {
        package let status: Int
        package let body: [UInt8]

        package init(status: Int, body: [UInt8]) {
            self.status = status
            self.body = body
        }
    }

    package enum Failure: Error, Equatable {
        /// libcurl's word for it: no connection, a certificate, the timeout.
        case noAnswer(String)
        case tooLong
    }

    /// libcurl's own state, made ready once in a process.
    private static let isLibraryReady = rs_curl_global_init() == CURLE_OK

    /// POSTs the body. No redirect is followed.
    ///
    /// - Throws: `Failure` where no answer came, whatever its status.
    package func post() throws(Failure) -> Answer {
        guard Self.isLibraryReady, let handle = curl_easy_init() else { throw .noAnswer("libcurl is not ready") }
        defer { curl_easy_cleanup(handle) }
        var list: UnsafeMutablePointer<curl_slist>?
        // Without it curl waits a second for permission to send a longer body.
        for header in headers + ["Expect:"] where header.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) {
            list = curl_slist_append(list, header) ?? list
        }
        defer { curl_slist_free_all(list) }
        let kept = Kept()
        let code = body.withUnsafeBytes { bytes in
            rs_curl_post(
                handle, url, list, bytes.baseAddress, bytes.count,
                Int(clamping: timeout.components.seconds * 1_000)
                    + Int(timeout.components.attoseconds / 1_000_000_000_000_000),
                { bytes, size, count, context in
                    let kept = Unmanaged<Kept>.fromOpaque(context!).takeUnretainedValue()
                    return kept.take(UnsafeRawBufferPointer(start: bytes, count: size * count))
                }, Unmanaged.passUnretained(kept).toOpaque())
        }
        if kept.isTooLong { throw .tooLong }
        guard code == CURLE_OK else { throw .noAnswer(String(cString: curl_easy_strerror(code))) }
        var status = 0
        guard rs_curl_getinfo_long(handle, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK else { throw .noAnswer("no status") }
        return Answer(status: status, body: kept.bytes)
    }

    private final class Kept {
        private(set) var bytes: [UInt8] = []
        private(set) var isTooLong = false

        /// - Returns: how many it took; fewer end the transfer.
        func take(_ more: UnsafeRawBufferPointer) -> Int {
            guard bytes.count + more.count <= WebRequest.answerLimit else {
                isTooLong = true
                return 0
            }
            bytes.append(contentsOf: more)
            return more.count
        }
    }
}
