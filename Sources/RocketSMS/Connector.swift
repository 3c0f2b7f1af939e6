internal import CCurl
internal import EventLoop
internal import Glibc
internal import Synchronization

/// A connected socket and the libcurl handle that owns it (names, TCP, proxy, TLS are libcurl's; what is said on it is ours).
///
/// `@unchecked Sendable`: handed from the connecting thread to the loop, used by one of them at a time.
final class CurlConnection: @unchecked Sendable {
    private let handle: OpaquePointer
    let socket: CInt
    let isSecure: Bool

    fileprivate init(handle: OpaquePointer, socket: CInt, isSecure: Bool) {
        self.handle = handle
        self.socket = socket
        self.isSecure = isSecure
    }

    deinit { curl_easy_cleanup(UnsafeMutableRawPointer(handle)) }

    enum Transfer: Equatable {
        case moved(Int)
        case wouldBlock
        case ended
        case failed(String)
    }

    func send(_ bytes: UnsafeRawBufferPointer) -> Transfer {
        var count = 0
        switch curl_easy_send(UnsafeMutableRawPointer(handle), bytes.baseAddress, bytes.count, &count) {
        case CURLE_OK: return .moved(count)
        case CURLE_AGAIN: return count > 0 ? .moved(count) : .wouldBlock
        case let code: return .failed(Connector.sentence(code))
        }
    }

    func receive(into buffer: UnsafeMutableRawBufferPointer) -> Transfer {
        var count = 0
        switch curl_easy_recv(UnsafeMutableRawPointer(handle), buffer.baseAddress, buffer.count, &count) {
        case CURLE_OK: return count == 0 ? .ended : .moved(count)
        case CURLE_AGAIN: return .wouldBlock
        case let code: return .failed(Connector.sentence(code))
        }
    }

    /// Whether the socket is quiet: no byte and no end has come. One system call.
    var isQuiet: Bool {
        var byte: UInt8 = 0
        let count = Glibc.recv(socket, &byte, 1, CInt(MSG_PEEK) | CInt(MSG_DONTWAIT))
        return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)
    }
}

/// Opens connections on threads of its own, since names, proxies and TLS block.
final class Connector: Sendable {
    private let url: ProviderURL
    private let timeout: Duration
    private let certificateAuthority: String?
    private let threads: [WorkThread]
    private let next = Atomic<Int>(0)

    /// - Parameter certificateAuthority: a PEM file instead of the system's; nil: the system's.
    init(url: ProviderURL, timeout: Duration, certificateAuthority: String?) throws(EventLoopError) {
        self.url = url
        self.timeout = timeout
        self.certificateAuthority = certificateAuthority
        Self.initialize()
        var threads: [WorkThread] = []
        for index in 0..<4 { threads.append(try WorkThread(name: "connector-\(index)")) }
        self.threads = threads
    }

    private static func initialize() { _ = once }
    private static let once: Bool = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    /// `done` is called on a connecting thread. The failure's sentence names no URL.
    func connect(_ done: @escaping @Sendable (Result<CurlConnection, ConnectError>) -> Void) {
        let index = next.add(1, ordering: .relaxed).newValue % threads.count
        threads[index].submit { [self] in done(connect()) }
    }

    func stop() { for thread in threads { thread.abandon() } }

    private func connect() -> Result<CurlConnection, ConnectError> {
        guard let handle = curl_easy_init() else { return .failure(ConnectError("no memory for a connection")) }
        var isKept = false
        defer { if !isKept { curl_easy_cleanup(handle) } }
        let text = "\(url.isSecure ? "https" : "http")://\(url.authority)/"
        rs_curl_setopt_string(handle, CURLOPT_URL, text)
        rs_curl_setopt_long(handle, CURLOPT_CONNECT_ONLY, 1)
        // Else ALPN offers h2, and a server that knows it takes it.
        rs_curl_setopt_long(handle, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        // Else a plain-http request would go to the proxy itself.
        rs_curl_setopt_long(handle, CURLOPT_HTTPPROXYTUNNEL, 1)
        rs_curl_setopt_long(handle, CURLOPT_NOSIGNAL, 1)
        rs_curl_setopt_long(handle, CURLOPT_TCP_NODELAY, 1)
        rs_curl_setopt_long(handle, CURLOPT_TCP_KEEPALIVE, 1)
        rs_curl_setopt_long(handle, CURLOPT_CONNECTTIMEOUT_MS, Int(max(1, timeout.milliseconds)))
        rs_curl_setopt_long(handle, CURLOPT_TIMEOUT_MS, Int(max(1, timeout.milliseconds)))
        rs_curl_setopt_long(handle, CURLOPT_SSL_VERIFYPEER, 1)
        rs_curl_setopt_long(handle, CURLOPT_SSL_VERIFYHOST, 2)
        if let certificateAuthority { rs_curl_setopt_string(handle, CURLOPT_CAINFO, certificateAuthority) }
        if url.isLoopback { rs_curl_setopt_string(handle, CURLOPT_NOPROXY, "*") }
        let code = curl_easy_perform(handle)
        guard code == CURLE_OK else { return .failure(ConnectError(Self.sentence(code))) }
        var socket: curl_socket_t = -1
        guard rs_curl_getinfo_socket(handle, &socket) == CURLE_OK, socket >= 0 else { return .failure(ConnectError("the connection has no socket")) }
        isKept = true
        return .success(CurlConnection(handle: OpaquePointer(handle), socket: socket, isSecure: url.isSecure))
    }

    /// libcurl's own words for the code: never with a URL or a value.
    static func sentence(_ code: CURLcode) -> String {
        curl_easy_strerror(code).map { String(cString: $0) } ?? "libcurl error \(code.rawValue)"
    }
}

struct ConnectError: Error, Equatable, Sendable {
    let sentence: String

    init(_ sentence: String) { self.sentence = sentence }
}
