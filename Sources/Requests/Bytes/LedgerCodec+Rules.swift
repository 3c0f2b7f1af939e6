internal import JSON

/// What an entry's fields may be: the bounds of admission, which every entry has passed that a worker wrote. What is beyond them could make
/// a transaction fail for ever, or be written into an event that nobody can read.
extension LedgerCodec {
    static func isPlausible(_ echo: Echo) -> Bool {
        guard (1...4 * SendRequest.generatedIDLimit).contains(echo.id.count), isText(echo.id) else { return false }
        guard (echo.key?.count ?? 0) <= SendRequest.keyLimit, isMetadata(echo.metadata) else { return false }
        guard (echo.traceparent?.count ?? 0) <= SendRequest.traceLimit, (echo.tracestate?.count ?? 0) <= SendRequest.traceLimit else {
            return false
        }
        return isText(echo.providerStatus)
    }

    static func isPlausible(_ message: Message) -> Bool {
        (8...15).contains(message.phone.count) && message.phone.allSatisfy { $0 &- UInt8(ascii: "0") < 10 }
            && (1...4 * SendRequest.textLimit).contains(message.text.count) && isText(message.text)
            && (message.sender?.count ?? 0) <= 4 * SendRequest.senderLimit && isText(message.sender ?? [])
    }

    private static func isText(_ bytes: [UInt8]) -> Bool {
        if bytes.allSatisfy({ $0 < 0x80 }) { return true }
        return String(validating: bytes, as: UTF8.self) != nil
    }

    /// As admission writes it: it is repeated in every event as it stands.
    private static func isMetadata(_ bytes: [UInt8]?) -> Bool {
        guard let bytes else { return true }
        guard bytes.count <= SendRequest.metadataLimit else { return false }
        return bytes.withUnsafeBytes { json in
            var reader = JSONReader(json)
            do throws(JSONError) {
                guard case .object(let compact) = try MetadataField(reading: &reader) else { return false }
                try reader.finish()
                return compact == bytes
            } catch {
                return false
            }
        }
    }
}
