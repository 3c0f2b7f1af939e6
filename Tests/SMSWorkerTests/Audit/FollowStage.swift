import Testing

@testable import Requests
@testable import SMSPipeline
@testable import SMSWorker

/// What `audit --follow` is fed: one partition of one request topic, from offset 10 on unless told otherwise.
struct FollowStage {
    var follow: AuditFollow
    private let partition = PartitionKey(topic: "r", partition: 0)
    /// Where the request topic ends.
    var end: Int64 = 100

    init(from committed: Int64 = 10, limit: Int = AuditFollow.limit, open: [LedgerEntry] = []) {
        follow = AuditFollow(topics: ["r"], limit: limit)
        follow.begin(partition, committed: committed)
        for entry in open { Self.bytes(entry) { follow.begin(ledgerOf: partition, key: $0, value: $1) } }
    }

    /// One pass in its order, to the group's offset.
    ///
    /// - Returns: what it found, as sentences.
    mutating func pass(
        _ committed: Int64?, ledger: [LedgerEntry] = [], forgets: [String] = [], events: [(Int64, Int, String, String)] = [],
        deadLetters: [Int64] = [], requests: [(Int64, String)] = []
    ) throws -> [String] {
        let isSetBack = follow.beginPass(partition, committed: committed, end: end)
        #expect(!isSetBack)
        for entry in ledger { Self.bytes(entry) { follow.see(ledgerOf: partition, key: $0, value: $1) } }
        for id in forgets { Array(id.utf8).withUnsafeBytes { follow.see(ledgerOf: partition, key: $0, value: nil) } }
        for (offset, sequence, id, status) in events { try event(offset, sequence, id, status) }
        for offset in deadLetters { follow.see(deadLetterOf: place(offset)) }
        let range = try #require(follow.range(of: partition))
        for (offset, id) in requests where range.contains(offset) { record(offset, id) }
        follow.endPass()
        return follow.takeFindings().map { "\($0.guarantee.rawValue) \($0.position.offset) \($0.requestID ?? "-"): \($0.what)" }
    }

    mutating func isSetBack(to committed: Int64) -> Bool { follow.beginPass(partition, committed: committed, end: end) }

    func place(_ offset: Int64) -> RecordPosition { RecordPosition(topic: "r", partition: 0, offset: offset) }

    private mutating func event(_ offset: Int64, _ sequence: Int, _ id: String, _ status: String) throws {
        let isFinal = status == "DELIVERED" || status == "FAILED"
        let value = #"{"requestId":"\#(id)","status":"\#(status)","sequence":\#(sequence),"final":\#(isFinal),"at":"t","attempt":1}"#
        let event = try #require(PublishedEvent(eventID: Array("r-0-\(offset)/\(sequence)".utf8), value: Array(value.utf8)))
        follow.see(event, record: RecordPosition(topic: "s", partition: 0, offset: 0))
    }

    /// An id that is empty is a record that cannot become a request.
    private mutating func record(_ offset: Int64, _ id: String) {
        let value = id.isEmpty ? "{}" : #"{"id":"\#(id)","phone":"375291234567","text":"x"}"#
        let decoded = Array(value.utf8).withUnsafeBytes {
            RequestDecoder.decode(
                key: nil, value: $0, headers: RequestHeaders(), at: place(offset), timestamp: 1_000, isPriorityTopic: false)
        }
        follow.see(decoded, at: place(offset))
    }

    private static func bytes(_ entry: LedgerEntry, _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> Void) {
        var bytes: [UInt8] = []
        LedgerCodec.encode(entry, into: &bytes)
        bytes.withUnsafeBytes { value in entry.echo.id.withUnsafeBytes { body($0, value) } }
    }
}
