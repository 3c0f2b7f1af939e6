import Requests
import SMSPipeline
import SMSWorker
import Time

/// The head of a ledger value, read by its published layout and not by the worker's own code.
struct EntryLook {
    let state: LedgerEntry.State
    let hasUnknown: Bool
    let attempt: Int
    let unknownAttempts: Int
    let sequence: Int
    let offset: Int64
    let timestamp: Int64
    let admittedAt: Int64
    let mark: UInt64
    /// Milliseconds; nil: it is open.
    let closedAt: Int64?

    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= 28, bytes[0] == 1 || bytes[0] == 2, let state = LedgerEntry.State(rawValue: bytes[1]) else { return nil }
        func integer(_ index: Int) -> Int64 { Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: Int64.self)) }
        func short(_ index: Int) -> Int { Int(UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt16.self))) }
        self.state = state
        hasUnknown = bytes[2] & 1 != 0
        guard state != .closed else {
            offset = integer(4)
            timestamp = integer(12)
            closedAt = integer(20)
            (attempt, unknownAttempts, sequence, admittedAt, mark) = (0, 0, 0, 0, 0)
            return
        }
        guard bytes.count >= 88 else { return nil }
        attempt = short(6)
        unknownAttempts = short(8)
        sequence = short(10)
        offset = integer(16)
        timestamp = integer(24)
        admittedAt = integer(32)
        mark = UInt64(bitPattern: integer(80))
        closedAt = nil
    }
}

/// What a status event says, found in its bytes: a whole parse of each would cost more than all the rest.
struct EventLook {
    let sequence: Int
    /// The request's id.
    let subject: UnsafeRawBufferPointer
    /// Of the request: `<topic>-<partition>`.
    let place: Slice<UnsafeRawBufferPointer>
    let offset: Int64
    let status: MessageStatus
    let isFinal: Bool
    let isPossibleDuplicate: Bool
    let hasMessageID: Bool
    private let value: UnsafeRawBufferPointer

    init?(_ record: ClusterRecord) {
        guard let value = record.entry.value else { return nil }
        var id: UnsafeRawBufferPointer?
        var subject: UnsafeRawBufferPointer?
        record.withHeaders { name, bytes in
            switch name.count {
            case 5: if Self.find("ce_id", in: name) { id = bytes }
            case 10: if Self.find("ce_subject", in: name) { subject = bytes }
            default: break
            }
        }
        guard let id, let subject, let slash = id.lastIndex(of: UInt8(ascii: "/")),
            let hyphen = id[..<slash].lastIndex(of: UInt8(ascii: "-")),
            let sequence = Self.number(id[(slash + 1)...]), let offset = Self.number(id[(hyphen + 1)..<slash])
        else { return nil }
        self.value = value
        self.sequence = Int(sequence)
        self.offset = offset
        self.subject = subject
        place = id[..<hyphen]
        if Self.find("\"status\":\"QUEUED\"", in: value) {
            status = .queued
        } else if Self.find("\"status\":\"SENT\"", in: value) {
            status = .sent
        } else if Self.find("\"status\":\"DELIVERED\"", in: value) {
            status = .delivered
        } else if Self.find("\"status\":\"FAILED\"", in: value) {
            status = .failed
        } else {
            return nil
        }
        isFinal = Self.find("\"final\":true", in: value)
        isPossibleDuplicate = Self.find("\"possibleDuplicate\":true", in: value)
        hasMessageID = Self.find("\"messageId\":", in: value)
    }

    func says(_ text: StaticString) -> Bool { Self.find(text, in: value) }

    /// Of the door that has fewer events.
    func says(_ text: String) -> Bool { String(decoding: value, as: UTF8.self).contains(text) }

    private static func number(_ digits: Slice<UnsafeRawBufferPointer>) -> Int64? {
        var value: Int64 = 0
        for byte in digits {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            value = value &* 10 &+ Int64(byte - UInt8(ascii: "0"))
        }
        return digits.isEmpty ? nil : value
    }

    private static func find(_ text: StaticString, in bytes: UnsafeRawBufferPointer) -> Bool {
        let count = text.utf8CodeUnitCount
        guard bytes.count >= count else { return false }
        let first = text.utf8Start[0]
        var index = 0
        while index <= bytes.count - count {
            if bytes[index] == first {
                var same = 1
                while same < count, bytes[index + same] == text.utf8Start[same] { same += 1 }
                if same == count { return true }
            }
            index += 1
        }
        return false
    }
}
