internal import CCurl

/// One POST to a server that is neither Kafka nor the SMS provider: a schema registry, a collector of traces. libcurl's easy interface, for a
/// thread that may wait: at most for the timeout.
package struct WebRequest: Sendable {
    /// Most bytes of an answer that are kept.
    package static let answerLimit = 1 << 20

    /// HTTP's basic authentication.
    package struct Login: Equatable, Sendable {
        package let username: String
        package let password: String

        package init(username: String, password: String) {
            self.username = username
            self.password = password
        }
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
        /// libcurl does not take the address, or has no memory or no TLS library.
        case unfit
        /// libcurl's word for it: no connection, a certificate, the timeout.
        case noAnswer(String)
        case tooLong
    }

    package var url: String
    /// `name: value`; one with control characters is left out.
    package var headers: [String]
    package var body: [UInt8]
    package var timeout: Duration
    /// Nil: nothing is said of who asks.
    package var login: Login?

    package init(url: String, headers: [String], body: [UInt8], timeout: Duration, login: Login? = nil) {
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.login = login
    }

    /// libcurl's own state, made ready once in a process.
    private static let isLibraryReady = rs_curl_global_init() == CURLE_OK
    private static let connectTimeout = 5_000

    /// Sends it, and waits for the answer. No redirect is followed: what it holds goes nowhere but where it was meant to go.
    ///
    /// - Throws: `Failure` where no answer came, whatever its status.
    package func post() throws(Failure) -> Answer {
        guard Self.isLibraryReady, let handle = curl_easy_init() else { throw .unfit }
        defer { curl_easy_cleanup(handle) }
        var fields: UnsafeMutablePointer<curl_slist>?
        // Without the empty one curl waits a second for permission to send a longer body.
        for header in headers + ["Expect:"] where header.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) {
            fields = curl_slist_append(fields, header) ?? fields
        }
        defer { curl_slist_free_all(fields) }
        let kept = Kept()
        guard options(handle, fields, kept).allSatisfy({ $0 == CURLE_OK }) else { throw .unfit }
        let code = body.withUnsafeBytes { bytes in
            let codes = [
                rs_curl_setopt_long(handle, CURLOPT_POSTFIELDSIZE, bytes.count), rs_curl_setopt_body(handle, bytes.baseAddress),
            ]
            return codes.first { $0 != CURLE_OK } ?? curl_easy_perform(handle)
        }
        if kept.isTooLong { throw .tooLong }
        guard code == CURLE_OK else { throw .noAnswer(String(cString: curl_easy_strerror(code))) }
        var status = 0
        guard rs_curl_getinfo_long(handle, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK else { throw .noAnswer("no status") }
        return Answer(status: status, body: kept.bytes)
    }

    private func options(_ handle: UnsafeMutableRawPointer, _ fields: UnsafeMutablePointer<curl_slist>?, _ kept: Kept) -> [CURLcode] {
        let (seconds, attoseconds) = timeout.components
        let milliseconds = min(seconds, 3_600) * 1_000 + attoseconds / 1_000_000_000_000_000
        var codes = [
            rs_curl_setopt_string(handle, CURLOPT_URL, url), rs_curl_setopt_fields(handle, fields),
            rs_curl_setopt_long(handle, CURLOPT_POST, 1), rs_curl_setopt_long(handle, CURLOPT_NOSIGNAL, 1),
            rs_curl_setopt_long(handle, CURLOPT_CONNECTTIMEOUT_MS, Self.connectTimeout),
            rs_curl_setopt_long(handle, CURLOPT_TIMEOUT_MS, Int(milliseconds)),
            rs_curl_setopt_string(handle, CURLOPT_PROTOCOLS_STR, "http,https"), rs_curl_setopt_long(handle, CURLOPT_FOLLOWLOCATION, 0),
            rs_curl_setopt_write(handle, Self.receive, Unmanaged.passUnretained(kept).toOpaque()),
        ]
        if let login {
            codes += [
                rs_curl_setopt_long(handle, CURLOPT_HTTPAUTH, 1), rs_curl_setopt_string(handle, CURLOPT_USERNAME, login.username),
                rs_curl_setopt_string(handle, CURLOPT_PASSWORD, login.password),
            ]
        }
        return codes
    }

    /// The answer's body while it comes.
    private final class Kept {
        private(set) var bytes: [UInt8] = []
        private(set) var isTooLong = false

        /// - Returns: how many it took; fewer end the exchange.
        func take(_ more: UnsafeRawBufferPointer) -> Int {
            guard bytes.count + more.count <= WebRequest.answerLimit else {
                isTooLong = true
                return 0
            }
            bytes.append(contentsOf: more)
            return more.count
        }
    }

    private static let receive: @convention(c) (UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?) -> Int = {
        bytes, size, count, context in
        guard let bytes, let context else { return 0 }
        return Unmanaged<Kept>.fromOpaque(context).takeUnretainedValue().take(UnsafeRawBufferPointer(start: bytes, count: size * count))
    }
}
