import Testing

@testable import Requests
@testable import SMSPipeline
@testable import SMSWorker

/// What an audit is fed, one partition of one request topic at a time.
struct AuditStage {
    var audit = Audit(idLifetime: .seconds(100))

    static func place(_ offset: Int64) -> RecordPosition { RecordPosition(topic: "r", partition: 0, offset: offset) }

    mutating func ledger(_ entry: LedgerEntry) throws {
        var bytes: [UInt8] = []
        LedgerCodec.encode(entry, into: &bytes)
        try bytes.withUnsafeBytes { value in
            try entry.echo.id.withUnsafeBytes { try audit.see(ledgerOf: PartitionKey(topic: "r", partition: 0), key: $0, value: value) }
        }
    }

    mutating func recorded(_ offset: Int64) throws {
        var bytes: [UInt8] = []
        LedgerCodec.encode(LedgerCodec.Recorded(group: "g", offset: offset), into: &bytes)
        try bytes.withUnsafeBytes { value in
            let empty = UnsafeRawBufferPointer(start: value.baseAddress, count: 0)
            try audit.see(ledgerOf: PartitionKey(topic: "r", partition: 0), key: empty, value: value)
        }
    }

    mutating func event(
        _ offset: Int64, _ sequence: Int, _ status: String, isFinal: Bool = false, id: String = "a", attempt: Int = 1,
        message: String = "7",
        isPossibleDuplicate: Bool = false
    ) throws {
        let value = """
            {"requestId":"\(id)","messageId":"\(message)","status":"\(status)","sequence":\(sequence),"final":\(isFinal),"at":"t",\
            "attempt":\(attempt),"possibleDuplicate":\(isPossibleDuplicate)}
            """
        let event = try #require(PublishedEvent(eventID: Array("r-0-\(offset)/\(sequence)".utf8), value: Array(value.utf8)))
        audit.see(event, record: RecordPosition(topic: "s", partition: 0, offset: 0))
    }

    mutating func begin(low: Int64 = 0, committed: Int64?) {
        audit.begin(PartitionKey(topic: "r", partition: 0), low: low, committed: committed)
    }

    mutating func record(_ offset: Int64, _ value: String, timestamp: Int64 = 1_000) {
        let decoded = Array(value.utf8).withUnsafeBytes {
            RequestDecoder.decode(
                key: nil, value: $0, headers: RequestHeaders(), at: Self.place(offset), timestamp: timestamp, isPriorityTopic: false)
        }
        audit.see(decoded, at: Self.place(offset), timestamp: timestamp)
    }

    mutating func request(_ offset: Int64, id: String = "a", timestamp: Int64 = 1_000, onUnknown: String = "resend") {
        record(offset, #"{"id":"\#(id)","phone":"375291234567","text":"x","onUnknown":"\#(onUnknown)"}"#, timestamp: timestamp)
    }

    /// As sentences, after the last record.
    mutating func findings() -> [String] {
        audit.finish()
        return audit.findings.map { "\($0.guarantee.rawValue) \($0.position.offset) \($0.requestID ?? "-"): \($0.what)" }
    }
}
