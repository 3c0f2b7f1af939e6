internal import CLibrdkafka
internal import Synchronization

/// Why a broker's certificate is refused, in a sentence: the client's own is one for all reasons ("could not be verified").
///
/// It judges nothing: OpenSSL has judged when librdkafka asks, and what was refused stays refused.
enum CertificateRefusal {
    /// The last one in this process, for whoever waits for a broker.
    private static let last = Mutex<String?>(nil)

    static func forget() { last.withLock { $0 = nil } }

    static var sentence: String? { last.withLock { $0 } }

    typealias Callback =
        @convention(c) (
            OpaquePointer?, UnsafePointer<CChar>?, Int32, UnsafeMutablePointer<Int32>?, Int32, UnsafePointer<CChar>?, Int,
            UnsafeMutablePointer<CChar>?, Int, UnsafeMutableRawPointer?
        ) -> Int32

    /// For `rd_kafka_conf_set_ssl_cert_verify_cb`; called on the client's threads, for each certificate of the chain.
    static let receive: Callback = { _, broker, _, error, _, _, _, text, room, _ in
        // Without a word of OpenSSL's nothing is trusted.
        guard let error else { return 0 }
        if error.pointee == 0 { return 1 }
        let sentence = words(error.pointee, broker: broker.map { String(cString: $0) } ?? "the broker")
        last.withLock { $0 = sentence }
        if let text, room > 0 {
            let bytes = sentence.utf8.prefix(room - 1)
            for (index, byte) in bytes.enumerated() { text[index] = CChar(bitPattern: byte) }
            text[bytes.count] = 0
        }
        return 0
    }

    /// - Parameter code: OpenSSL's `X509_V_ERR_…`, which are the same in all its versions.
    static func words(_ code: Int32, broker: String) -> String {
        switch code {
        case 62, 64: "the certificate of \(broker) is for another name than this one"
        case 10: "the certificate of \(broker), or one that it rests on, has expired"
        case 9: "the certificate of \(broker), or one that it rests on, is not valid yet"
        case 2, 18, 19, 20, 21: "the certificate of \(broker) is of no authority that is trusted here (ssl.ca.location)"
        case 23: "the certificate of \(broker) has been revoked"
        default: "the certificate of \(broker) is refused (X.509 error \(code))"
        }
    }
}
