internal import Requests
internal import SMSPipeline
internal import SMSWorker

/// Whether a dead letter may become a request again, and how: one that is an SMS already must not become another.
enum Redrive: Equatable {
    /// To the partition it came from. The id is what a repeat is known by; where the record had none of its own, the one of its first
    /// place goes along as `ce_id`, so that a second redrive is a repeat.
    case publish(RecordPosition, id: [UInt8], givesID: Bool)
    case refuse(String)

    /// - Parameters:
    ///   - isPriorityTopic: nil: its topic is none of the request topics.
    ///   - now: milliseconds since 1970.
    init(_ letter: DeadLetter, isPriorityTopic: Bool?, partitions: Int, now: Int64) {
        guard let origin = letter.origin else {
            self = .refuse("it does not say where it came from")
            return
        }
        guard !letter.isTruncated else {
            self = .refuse("its value was left out; the record itself is at \(origin.text)")
            return
        }
        guard let isPriorityTopic, origin.partition < partitions else {
            self = .refuse("\(origin.topic)-\(origin.partition) is no partition of a request topic of this configuration")
            return
        }
        switch Self.decode(letter, at: origin, isPriorityTopic, now) {
        case .request(let request): self = .publish(origin, id: request.echo.id, givesID: request.hasGeneratedID)
        case .command: self = .refuse("it is a command: `requests` writes those")
        case .deadLetter(let reason): self = .refuse("it would be one again: \(reason.code), \(reason.message)")
        }
    }

    /// As the worker would.
    private static func decode(_ letter: DeadLetter, at origin: RecordPosition, _ isPriorityTopic: Bool, _ now: Int64) -> DecodedRecord {
        // One buffer, so that all pointers live through the call.
        var bytes = (letter.key ?? []) + (letter.value ?? [])
        var ranges: [(name: Range<Int>, value: Range<Int>?)] = []
        for header in letter.headers {
            let name = bytes.count..<bytes.count + header.name.count
            bytes += header.name
            ranges.append((name, header.value.map { bytes.count..<bytes.count + $0.count }))
            bytes += header.value ?? []
        }
        return bytes.withUnsafeBytes { bytes in
            func part(_ range: Range<Int>) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[range]) }
            var headers = RequestHeaders()
            for range in ranges { headers.see(name: part(range.name), value: range.value.map(part)) }
            let keyEnd = letter.key?.count ?? 0
            return RequestDecoder.decode(
                key: letter.key.map { _ in part(0..<keyEnd) }, value: letter.value.map { part(keyEnd..<keyEnd + $0.count) },
                headers: headers, at: origin, timestamp: letter.timestamp, isPriorityTopic: isPriorityTopic, now: now)
        }
    }
}
