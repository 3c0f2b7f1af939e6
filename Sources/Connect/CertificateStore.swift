internal import CCurl

/// The trusted authorities, read once and used by many connects: reading them takes tens of milliseconds of CPU.
///
/// `@unchecked Sendable`: OpenSSL guards a store itself, and nothing here changes it once it is made.
final class CertificateStore: @unchecked Sendable {
    fileprivate let raw: OpaquePointer

    /// - Parameter path: of a PEM file; nil for the one that libcurl would take.
    /// - Returns: nil where it cannot be read, or libcurl could not use it: libcurl then does it all itself, and says what is wrong.
    init?(path: String?) {
        guard rs_curl_has_our_openssl() != 0, let path = path ?? rs_curl_authorities_file().map({ String(cString: $0) }),
            let raw = X509_STORE_new()
        else { return nil }
        guard X509_STORE_load_locations(raw, path, nil) == 1 else {
            X509_STORE_free(raw)
            return nil
        }
        rs_trust_as_curl_does(raw)
        self.raw = raw
    }

    deinit { X509_STORE_free(raw) }
}

extension CurlHandle {
    /// The handle must not outlive the store while it connects.
    func trust(_ store: CertificateStore) -> Bool { raw.map { rs_curl_setopt_store($0, store.raw) == CURLE_OK } ?? false }
}
