internal import CCurl

/// An easy handle of libcurl, used for its connection only: libcurl opens it, the bytes on it are ours.
struct CurlHandle: ~Copyable {
    /// libcurl's own state, made ready once in a process.
    private static let isLibraryReady = rs_curl_global_init() == CURLE_OK

    /// Nil once closed.
    private(set) var raw: UnsafeMutableRawPointer?

    /// Nil where libcurl has no memory or no TLS library.
    init?() {
        guard Self.isLibraryReady, let raw = curl_easy_init() else { return nil }
        self.raw = raw
    }

    deinit { if let raw { curl_easy_cleanup(raw) } }

    /// Closes the connection now, on this thread; the handle is of no use afterwards.
    mutating func close() {
        if let raw { curl_easy_cleanup(raw) }
        raw = nil
    }

    func set(_ option: CURLoption, _ value: Int) -> Bool { raw != nil && rs_curl_setopt_long(raw, option, value) == CURLE_OK }

    /// libcurl copies the string.
    func set(_ option: CURLoption, _ value: String) -> Bool { raw != nil && rs_curl_setopt_string(raw, option, value) == CURLE_OK }

    /// What other handles know too. It must outlive the handle.
    func share(_ share: UnsafeMutableRawPointer) -> Bool { raw.map { rs_curl_setopt_share($0, share) == CURLE_OK } ?? false }

    func abandonSlowLookups() { rs_curl_abandon_slow_lookups(raw) }

    /// Opens the connection. Blocks, at most for the timeout that was set.
    func perform() -> CURLcode { curl_easy_perform(raw) }

    /// The connection's socket; it stays libcurl's.
    var socket: CInt? {
        var socket: curl_socket_t = -1
        return rs_curl_getinfo_socket(raw, &socket) == CURLE_OK && socket >= 0 ? socket : nil
    }

    func info(_ info: CURLINFO) -> Int {
        var value = 0
        return rs_curl_getinfo_long(raw, info, &value) == CURLE_OK ? value : 0
    }

    func send(_ bytes: UnsafeRawBufferPointer) -> Transport.Transfer {
        guard let raw else { return .failed }
        var count = 0
        switch curl_easy_send(raw, bytes.baseAddress, bytes.count, &count) {
        case CURLE_OK: return .moved(count)
        case CURLE_AGAIN: return .wouldBlock
        default: return .failed
        }
    }

    func receive(into buffer: UnsafeMutableRawBufferPointer) -> Transport.Transfer {
        guard let raw else { return .failed }
        var count = 0
        switch curl_easy_recv(raw, buffer.baseAddress, buffer.count, &count) {
        case CURLE_OK: return count > 0 ? .moved(count) : .ended
        case CURLE_AGAIN: return .wouldBlock
        default: return .failed
        }
    }
}
