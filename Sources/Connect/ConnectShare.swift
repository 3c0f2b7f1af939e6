internal import CCurl
internal import EventLoop
internal import Glibc
internal import Synchronization
internal import Time

/// What connects to the same host have in common: looked-up names, TLS sessions, trusted authorities. Each connection keeps it alive.
///
/// `@unchecked Sendable`: libcurl guards what it keeps here with the locks below; the authorities have a lock of their own.
final class ConnectShare: @unchecked Sendable {
    /// After this the authorities are read again: the system's file changes.
    private static let maximumAge = Duration.seconds(3_600)

    private let raw: UnsafeMutableRawPointer
    private let locks: Locks
    private let path: String?
    private let authorities = Mutex<(store: CertificateStore, readAt: MonotonicInstant)?>(nil)

    /// One lock for each kind of data. Their place in memory stays as long as libcurl may ask for it.
    private final class Locks: @unchecked Sendable {
        let mutexes: UnsafeMutablePointer<pthread_mutex_t>
        static let count = Int(CURL_LOCK_DATA_LAST.rawValue)

        init() {
            mutexes = .allocate(capacity: Self.count)
            for index in 0..<Self.count { pthread_mutex_init(mutexes + index, nil) }
        }

        deinit {
            for index in 0..<Self.count { pthread_mutex_destroy(mutexes + index) }
            mutexes.deallocate()
        }
    }

    /// - Parameter authorities: a PEM file; nil for libcurl's own choice.
    /// - Returns: nil where libcurl has no memory: connects then share nothing.
    init?(authorities path: String?) {
        guard let raw = curl_share_init() else { return nil }
        self.raw = raw
        self.path = path
        let locks = Locks()
        self.locks = locks
        let code = rs_curl_share_lock(
            raw, { _, data, _, context in ConnectShare.mutex(data, context).map { _ = pthread_mutex_lock($0) } },
            { _, data, context in ConnectShare.mutex(data, context).map { _ = pthread_mutex_unlock($0) } }, locks.mutexes)
        guard code == CURLSHE_OK, rs_curl_share_data(raw, CURL_LOCK_DATA_DNS) == CURLSHE_OK,
            rs_curl_share_data(raw, CURL_LOCK_DATA_SSL_SESSION) == CURLSHE_OK
        else {
            curl_share_cleanup(raw)
            return nil
        }
    }

    deinit { curl_share_cleanup(raw) }

    func use(in handle: borrowing CurlHandle) -> Bool { handle.share(raw) }

    /// Blocks while they are read, so that a burst of connects reads them once. Nil: libcurl reads them itself.
    func certificates() -> CertificateStore? {
        authorities.withLock { authorities in
            let now = MonotonicInstant.now
            if let kept = authorities, now - kept.readAt < Self.maximumAge { return kept.store }
            guard let store = CertificateStore(path: path) else { return nil }
            authorities = (store, now)
            return store
        }
    }

    private static func mutex(_ data: curl_lock_data, _ context: UnsafeMutableRawPointer?) -> UnsafeMutablePointer<pthread_mutex_t>? {
        context.map { $0.assumingMemoryBound(to: pthread_mutex_t.self) + min(Int(data.rawValue), Locks.count - 1) }
    }
}
