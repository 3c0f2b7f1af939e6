internal import CCurl

/// One POST over libcurl's easy interface. Blocks.
struct RegistryExchange {
    private static let isLibraryReady = rs_curl_global_init() == CURLE_OK
    private static let longestAnswer = 1 << 20
    private static let connectTimeout = 5_000
    private static let timeout = 10_000
    private static let fields = [
        "Content-Type: application/vnd.schemaregistry.v1+json", "Accept: application/vnd.schemaregistry.v1+json", "Expect:",
    ]

    let url: String
    /// Nil: nothing is said of who asks.
    let login: SchemaRegistry.Login?

    /// The answer's body while it comes.
    private final class Body {
        var bytes: [UInt8] = []
    }

    func post(_ body: String) throws(SchemaRegistryError) -> RegistryAnswer {
        guard Self.isLibraryReady, let handle = curl_easy_init() else { throw .unreachable("libcurl has no memory or no TLS library") }
        defer { curl_easy_cleanup(handle) }
        var fields: UnsafeMutablePointer<curl_slist>?
        for field in Self.fields { fields = curl_slist_append(fields, field) }
        defer { curl_slist_free_all(fields) }
        let answer = Body()
        var codes = [
            rs_curl_setopt_string(handle, CURLOPT_URL, url), rs_curl_setopt_string(handle, CURLOPT_COPYPOSTFIELDS, body),
            rs_curl_setopt_fields(handle, fields), rs_curl_setopt_long(handle, CURLOPT_NOSIGNAL, 1),
            rs_curl_setopt_long(handle, CURLOPT_CONNECTTIMEOUT_MS, Self.connectTimeout),
            rs_curl_setopt_long(handle, CURLOPT_TIMEOUT_MS, Self.timeout),
            // A password goes nowhere but where it was meant to go.
            rs_curl_setopt_string(handle, CURLOPT_PROTOCOLS_STR, "http,https"), rs_curl_setopt_long(handle, CURLOPT_FOLLOWLOCATION, 0),
            rs_curl_setopt_write(handle, Self.receive, Unmanaged.passUnretained(answer).toOpaque()),
        ]
        if let login {
            codes += [
                rs_curl_setopt_long(handle, CURLOPT_HTTPAUTH, 1), rs_curl_setopt_string(handle, CURLOPT_USERNAME, login.username),
                rs_curl_setopt_string(handle, CURLOPT_PASSWORD, login.password),
            ]
        }
        guard codes.allSatisfy({ $0 == CURLE_OK }) else { throw .unfit("libcurl does not take this address") }
        let code = withExtendedLifetime(answer) { curl_easy_perform(handle) }
        guard code == CURLE_OK else { throw .unreachable("it does not answer (\(String(cString: curl_easy_strerror(code))))") }
        var status = 0
        rs_curl_getinfo_long(handle, CURLINFO_RESPONSE_CODE, &status)
        return RegistryAnswer(status: status, body: answer.bytes)
    }

    private static let receive: @convention(c) (UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?) -> Int = {
        bytes, size, count, context in
        guard let bytes, let context else { return 0 }
        let body = Unmanaged<Body>.fromOpaque(context).takeUnretainedValue()
        let length = size * count
        // Ends the exchange.
        guard body.bytes.count + length <= longestAnswer else { return 0 }
        body.bytes.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: length))
        return length
    }
}
