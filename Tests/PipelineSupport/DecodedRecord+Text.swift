package import Requests

extension DecodedRecord {
    /// Decodes a record given as text: the fourth of partition 3 of `sms.requests`, at 1,795,500,000,123 ms.
    package init(
        _ value: String?, key: String? = "user-1", headers: [(String, String)] = [], isPriorityTopic: Bool = false,
        at position: RecordPosition = place, now: Int64? = nil
    ) {
        self.init(
            bytes: value.map { Array($0.utf8) }, key: key.map { Array($0.utf8) }, headers: headers.map { ($0, Array($1.utf8)) },
            isPriorityTopic: isPriorityTopic, at: position, now: now)
    }

    package static let place = RecordPosition(topic: "sms.requests", partition: 3, offset: 4)

    package init(
        bytes: [UInt8]?, key: [UInt8]? = nil, headers: [(String, [UInt8]?)] = [], isPriorityTopic: Bool = false,
        at position: RecordPosition = place, now: Int64? = nil
    ) {
        var buffer = RecordHeaders()
        for (name, value) in headers {
            Array(name.utf8).withUnsafeBytes { name in
                if let value {
                    value.withUnsafeBytes { buffer.append(name: name, value: $0) }
                } else {
                    buffer.append(name: name, value: nil)
                }
            }
        }
        var seen = RequestHeaders()
        let pinned = Pinned(buffer)
        pinned.see(&seen)
        self = withExtendedLifetime(pinned) {
            Self.withBytes(key) { key in
                Self.withBytes(bytes) { value in
                    RequestDecoder.decode(
                        key: key, value: value, headers: seen, at: position, timestamp: 1_795_500_000_123, isPriorityTopic: isPriorityTopic,
                        now: now)
                }
            }
        }
    }

    package var request: SendRequest? { if case .request(let request) = self { request } else { nil } }
    package var command: Command? { if case .command(let command) = self { command } else { nil } }
    package var deadLetter: DeadLetterReason? { if case .deadLetter(let reason) = self { reason } else { nil } }
    package var code: String? { deadLetter?.code.rawValue }

    private static func withBytes<Result>(_ bytes: [UInt8]?, _ body: (UnsafeRawBufferPointer?) -> Result) -> Result {
        guard let bytes else { return body(nil) }
        return bytes.withUnsafeBytes { body($0) }
    }
}

/// Headers at addresses that stay, as a record's do.
private final class Pinned {
    private var blocks: [(name: UnsafeMutableRawBufferPointer, value: UnsafeMutableRawBufferPointer?)] = []

    init(_ headers: RecordHeaders) {
        headers.withEach { name, value in blocks.append((Self.copy(name), value.map { Self.copy($0) })) }
    }

    func see(_ headers: inout RequestHeaders) {
        for block in blocks { headers.see(name: UnsafeRawBufferPointer(block.name), value: block.value.map { UnsafeRawBufferPointer($0) }) }
    }

    private static func copy(_ bytes: UnsafeRawBufferPointer) -> UnsafeMutableRawBufferPointer {
        // One byte more than needed, so that an empty header has an address too.
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count + 1, alignment: 1)
        block.copyBytes(from: bytes)
        return UnsafeMutableRawBufferPointer(rebasing: block[0..<bytes.count])
    }

    deinit {
        for block in blocks {
            block.name.deallocate()
            block.value?.deallocate()
        }
    }
}

extension [UInt8] {
    package init(_ text: String) { self = Array(text.utf8) }

    package var text: String { String(decoding: self, as: UTF8.self) }
}
