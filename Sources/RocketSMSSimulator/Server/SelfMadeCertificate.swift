internal import CCrypto

/// A certificate of the simulator's own making, which is its own authority: for `localhost` and 127.0.0.1, good for a year.
enum SelfMadeCertificate {
    /// - Returns: certificate and key as PEM texts; nil where libcrypto has no memory or no such curve.
    static func make() -> SimulatorConfiguration.Certificate? {
        guard let key = rs_make_key(), let certificate = X509_new() else { return nil }
        defer {
            EVP_PKEY_free(key)
            X509_free(certificate)
        }
        guard fill(certificate, key), X509_sign(certificate, key, EVP_sha256()) > 0,
            let certificateText = text({ PEM_write_bio_X509($0, certificate) }),
            let keyText = text({ PEM_write_bio_PrivateKey($0, key, nil, nil, 0, nil, nil) })
        else { return nil }
        return SimulatorConfiguration.Certificate(certificate: certificateText, key: keyText)
    }

    private static func fill(_ certificate: OpaquePointer, _ key: OpaquePointer) -> Bool {
        let isDated =
            X509_set_version(certificate, 2) == 1
            && ASN1_INTEGER_set_int64(X509_get_serialNumber(certificate), .random(in: 1...Int64.max)) == 1
            && X509_gmtime_adj(X509_getm_notBefore(certificate), -86_400) != nil
            && X509_gmtime_adj(X509_getm_notAfter(certificate), 365 * 86_400) != nil
        guard isDated, X509_set_pubkey(certificate, key) == 1, let name = X509_get_subject_name(certificate),
            X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, "rocketsms simulator", -1, -1, 0) == 1,
            X509_set_issuer_name(certificate, name) == 1
        else { return false }
        return add(NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1", to: certificate)
            && add(NID_basic_constraints, "critical,CA:TRUE", to: certificate)
    }

    private static func add(_ kind: CInt, _ value: String, to certificate: OpaquePointer) -> Bool {
        var context = X509V3_CTX()
        rs_use_no_database(&context)
        X509V3_set_ctx(&context, certificate, certificate, nil, nil, 0)
        guard let part = X509V3_EXT_conf_nid(nil, &context, kind, value) else { return false }
        defer { X509_EXTENSION_free(part) }
        return X509_add_ext(certificate, part, -1) == 1
    }

    private static func text(_ write: (OpaquePointer) -> CInt) -> String? {
        guard let memory = BIO_new(BIO_s_mem()) else { return nil }
        defer { BIO_free(memory) }
        guard write(memory) == 1 else { return nil }
        var bytes = [UInt8](repeating: 0, count: 8_192)
        let count = BIO_read(memory, &bytes, CInt(bytes.count))
        return count > 0 ? String(decoding: bytes[..<Int(count)], as: UTF8.self) : nil
    }
}
