internal import CCurl
internal import EventLoop
internal import Glibc
internal import Time

/// An open connection: bytes out, bytes in.
///
/// `@unchecked Sendable`: one thread at a time uses it. A connecting thread makes it and hands it to the loop; the loop
/// hands it, as its last act, to the closing thread.
package final class Transport: @unchecked Sendable {
    /// What came of an attempt to move bytes.
    package enum Transfer: Equatable {
        case moved(Int)
        case wouldBlock
        /// The peer has ended the stream.
        case ended
        case failed
    }

    private var handle: CurlHandle
    package let socket: CInt
    /// Outlives the handle, whose new TLS sessions go there.
    private let share: ConnectShare?

    private init(handle: consuming CurlHandle, socket: CInt, share: ConnectShare?) {
        self.handle = handle
        self.socket = socket
        self.share = share
    }

    package func send(_ bytes: UnsafeRawBufferPointer) -> Transfer { handle.send(bytes) }

    package func receive(into buffer: UnsafeMutableRawBufferPointer) -> Transfer { handle.receive(into: buffer) }

    /// Nothing more leaves, not even what TLS has encrypted and not yet handed to the kernel.
    package func cutOff() { shutdown(socket, CInt(SHUT_RDWR)) }

    /// Says goodbye, which with TLS may wait for the network.
    package func close() { handle.close() }

    /// Opens a connection. Blocks up to the timeout.
    static func open(_ settings: ConnectSettings, sharing share: ConnectShare?) -> Result<Transport, ConnectFailure> {
        guard let handle = CurlHandle() else { return .failure(ConnectFailure(.local, detail: "libcurl is not ready")) }
        let store = settings.target.isTLS ? share?.certificates() : nil
        guard configure(handle, settings, share, store) else {
            return .failure(ConnectFailure(.local, detail: "libcurl refused an option; is its TLS library there?"))
        }
        let code = withExtendedLifetime(store) { handle.perform() }
        guard code == CURLE_OK else { return .failure(failure(code, handle)) }
        guard let socket = handle.socket else { return .failure(ConnectFailure(.local, detail: "libcurl gave no socket")) }
        return .success(Transport(handle: handle, socket: socket, share: share))
    }

    private static func configure(
        _ handle: borrowing CurlHandle, _ settings: ConnectSettings, _ share: ConnectShare?, _ store: CertificateStore?
    ) -> Bool {
        handle.abandonSlowLookups()
        let timeout = Int(max(1, settings.timeout.milliseconds))
        // HTTP/1.1 by name: else TLS offers h2 and servers take it; where something else is spoken it offers no protocol at all. A tunnel
        // through a proxy even for plain http: else the connection would be one to the proxy itself.
        return handle.set(CURLOPT_URL, settings.target.url)
            && handle.set(CURLOPT_CONNECT_ONLY, 1)
            && handle.set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
            && handle.set(CURLOPT_SSL_ENABLE_ALPN, settings.purpose == .http ? 1 : 0)
            && handle.set(CURLOPT_HTTPPROXYTUNNEL, 1)
            && handle.set(CURLOPT_NOSIGNAL, 1)
            && handle.set(CURLOPT_CONNECTTIMEOUT_MS, timeout)
            && handle.set(CURLOPT_TIMEOUT_MS, timeout)
            && handle.set(CURLOPT_SSL_VERIFYPEER, 1)
            && handle.set(CURLOPT_SSL_VERIFYHOST, 2)
            && (share?.use(in: handle) ?? true)
            && (store.map { handle.trust($0) } ?? settings.certificateAuthorities.map { handle.set(CURLOPT_CAINFO, $0) } ?? true)
            && (!settings.target.isLoopback || handle.set(CURLOPT_PROXY, ""))
    }

    private static func failure(_ code: CURLcode, _ handle: borrowing CurlHandle) -> ConnectFailure {
        let proxyStatus = handle.info(CURLINFO_HTTP_CONNECTCODE)
        if proxyStatus != 0, !(200..<300).contains(proxyStatus) { return ConnectFailure(.proxy, detail: "HTTP \(proxyStatus)") }
        if rs_curl_is_certificate_error(code) != 0 {
            return ConnectFailure(.certificate, detail: certificateDetail(handle.info(CURLINFO_SSL_VERIFYRESULT)))
        }
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST: return ConnectFailure(.name)
        case CURLE_COULDNT_RESOLVE_PROXY: return ConnectFailure(.proxyName)
        case CURLE_COULDNT_CONNECT: return ConnectFailure(.refused, detail: errorText(handle.info(CURLINFO_OS_ERRNO)))
        case CURLE_OPERATION_TIMEDOUT: return ConnectFailure(.timeout)
        case CURLE_SSL_CONNECT_ERROR: return ConnectFailure(.tls)
        // By number and not by text: libcurl's text for a bad proxy setting repeats it, password included.
        default: return ConnectFailure(.refused, detail: "libcurl error \(code.rawValue)")
        }
    }

    private static func errorText(_ number: Int) -> String { number == 0 ? "" : String(cString: strerror(CInt(number))) }

    /// The usual results of OpenSSL's `X509_verify_cert_error_string`, by their numbers (`x509_vfy.h`).
    private static func certificateDetail(_ result: Int) -> String {
        switch result {
        // libcurl compares the name before it asks OpenSSL for the result, which then still has its initial 1.
        case 0, 1, 62, 64: "it is not for this host, or the file of trusted authorities cannot be read"
        case 9: "it is not valid yet"
        case 10: "it has expired"
        case 18, 19: "it is self-signed and not trusted"
        case 2, 20, 21: "its issuer is not trusted"
        default: "verification result \(result)"
        }
    }
}
