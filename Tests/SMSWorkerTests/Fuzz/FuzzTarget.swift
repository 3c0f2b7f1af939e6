import JSON
import RocketSMS
import SMSPipeline
import Time

// Compiled twice: with the unit tests, and by scripts/fuzz, which compiles what it looks into beside it.
#if !FUZZ
    @testable import SMSWorker
#endif
#if FUZZ
    import Requests
#else
    @testable import Requests
#endif

/// What reads bytes of others. Each target takes any bytes: a trap, or what comes back otherwise than it went, is a finding.
enum FuzzTarget: String, CaseIterable {
    case record, cloudEvent, ledger, answer, json, rfc3339, properties, configuration

    /// - Returns: what is wrong; nil: nothing.
    func finding(_ bytes: [UInt8]) -> String? {
        switch self {
        case .record: Self.record(bytes, structured: false)
        case .cloudEvent: Self.record(bytes, structured: true)
        case .ledger: Self.ledger(bytes)
        case .answer: AnswerCourse().finding(bytes)
        case .json: Self.json(bytes)
        case .rfc3339: Self.rfc3339(bytes)
        case .properties: Self.properties(bytes)
        case .configuration: Self.configuration(bytes)
        }
    }

    /// Whatever admission lets through, the ledger gives back.
    private static func record(_ bytes: [UInt8], structured: Bool) -> String? {
        let type = Array("application/cloudevents+json".utf8)
        let decoded = type.withUnsafeBytes { type in
            "content-type".utf8.withContiguousStorageIfAvailable { name in
                var headers = RequestHeaders()
                if structured { headers.see(name: UnsafeRawBufferPointer(name), value: type) }
                return bytes.withUnsafeBytes {
                    RequestDecoder.decode(
                        key: nil, value: $0, headers: headers, at: RecordPosition(topic: "sms.requests", partition: 3, offset: 4),
                        timestamp: 1_795_500_000_123, isPriorityTopic: false, now: 1_795_500_000_123)
                }
            }
        }
        switch decoded {
        case .request(let request):
            let entry = LedgerEntry(
                echo: request.echo, message: request.message, offset: 4, timestamp: 1_795_500_000_123, isPriority: request.isPriority,
                policy: request.onUnknown, admittedAt: 1_795_500_000_123, sendAt: request.sendAt, expiresAt: request.expiresAt)
            var value: [UInt8] = []
            LedgerCodec.encode(entry, into: &value)
            let read = value.withUnsafeBytes { value in
                request.echo.id.withUnsafeBytes { key in
                    (try? LedgerCodec.head(value, key: key)) == nil ? nil : try? LedgerCodec.decode(value)
                }
            }
            return read == .open(entry) ? nil : "the ledger does not give back what was admitted"
        case .command(let command): return command.id.isEmpty ? "a command without an id" : nil
        case .deadLetter(let reason): return reason.message.isEmpty ? "a dead letter without a reason" : nil
        case nil: return "no record"
        }
    }

    /// Records one after another: length of the key, of the value, then both.
    private static func ledger(_ bytes: [UInt8]) -> String? {
        var fold = LedgerFold()
        let now: Int64 = 1_795_500_000_123
        var damaged = DamagedRecords(now: now)
        var rest = bytes[...]
        var offset: Int64 = 0
        var failure: String?
        while let keyLength = rest.popFirst() {
            let valueLength = rest.popFirst().map { Int($0) * 2 } ?? 0
            let key = Array(rest.prefix(Int(keyLength)))
            rest = rest.dropFirst(key.count)
            let value = Array(rest.prefix(valueLength))
            rest = rest.dropFirst(value.count)
            key.withUnsafeBytes { key in
                value.withUnsafeBytes { bytes in
                    let value = valueLength == 0 ? nil : bytes
                    try? fold.add(key: key, value: value, at: offset)
                    damaged.add(key: key, value: value, at: offset)
                    if let value, let read = try? LedgerCodec.decode(value), case .open(let entry) = read {
                        var again: [UInt8] = []
                        LedgerCodec.encode(entry, into: &again)
                        let twice = again.withUnsafeBytes { try? LedgerCodec.decode($0) }
                        if twice != read { failure = "an entry is another one when it is written again" }
                    }
                }
            }
            offset += 1
        }
        let opens = (try? fold.finished(beginning: 0, now: now)) != nil
        if opens, !damaged.damages.isEmpty { failure = "a ledger opens with damage" }
        if !opens, damaged.damages.isEmpty { failure = "a ledger is closed for a record that nobody finds" }
        return failure
    }

    /// What is read is written, and read again as the same.
    private static func json(_ bytes: [UInt8]) -> String? {
        _ = try? JSONValue(parsing: bytes, options: .configuration)
        guard let value = try? JSONValue(parsing: bytes) else { return nil }
        var writer = JSONWriter()
        writer.value(value)
        return (try? JSONValue(parsing: writer.bytes)) == value ? nil : "JSON is another one when it is written again"
    }

    private static func rfc3339(_ bytes: [UInt8]) -> String? {
        guard let time = bytes.withUnsafeBytes({ RFC3339.parse($0) }) else { return nil }
        guard RFC3339.range.contains(time) else { return nil }
        let again = Array(RFC3339.string(time).utf8).withUnsafeBytes { RFC3339.parse($0) }
        return again == time ? nil : "a time is another one when it is written again"
    }

    private static func properties(_ bytes: [UInt8]) -> String? {
        guard let entries = try? JavaProperties.parse(bytes) else { return nil }
        for entry in entries where entry.key.isEmpty || (entry.key + entry.value).utf8.contains(0) { return "a key that is none" }
        _ = KafkaProperties(entries).description
        return nil
    }

    private static func configuration(_ bytes: [UInt8]) -> String? {
        var settings = ConfigurationSettings()
        let problems = ConfigurationFile.apply(bytes, of: "worker.json", to: &settings)
        return problems.contains { $0.isEmpty } ? "a problem without a sentence" : nil
    }
}
