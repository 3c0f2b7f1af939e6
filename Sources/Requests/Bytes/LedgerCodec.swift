/// The bytes of a ledger record's value. Little-endian, format 1; an open entry that has a submission is format 2, the same with a block at
/// its end. `Sources/README.md` has the table.
///
/// The tail behind the fixed head (`echo`) is the same bytes in memory for a tracked message, so that a restore copies a slice
/// and a new record of it is head + tail.
package enum LedgerCodec {
    package static let version: UInt8 = 1
    /// Of what only a worker that speaks SMPP writes: an older one keeps the partition closed, and says why.
    package static let submissionVersion: UInt8 = 2
    /// What a clock or an RFC 3339 text of any offset can say.
    package static let times = RFC3339.range.lowerBound - RFC3339.millisecondsOfDay...RFC3339.range.upperBound + RFC3339.millisecondsOfDay
    package static let headSize = 88
    /// Head of a closed entry: what the dedup window needs, in 28 bytes.
    package static let closedSize = 28

    package enum Flag {
        package static let unknown: UInt8 = 1
        package static let priority: UInt8 = 2
        /// See `LedgerEntry.hasTimelessID`.
        package static let timelessID: UInt8 = 4
    }

    /// What the reserved empty key holds: whose ledger this is, and how far it has been read.
    package struct Recorded: Equatable, Sendable {
        package let group: String
        package let offset: Int64
        /// When nobody could be asked for statuses, in order: the horizon of what is tracked leaves that time out. At most `mostStandstills`;
        /// as a rule none, and then the record is as short as it ever was.
        package let standstills: [Standstill]
        /// Over SMPP: up to where receipts are applied. With it the record is of format 2.
        package let receipts: AppliedReceipts?

        package init(group: String, offset: Int64, standstills: [Standstill] = [], receipts: AppliedReceipts? = nil) {
            self.group = group
            self.offset = offset
            self.standstills = standstills
            self.receipts = receipts
        }
    }

    /// Every receipt below a position is applied to this partition, in this transaction or an earlier one.
    package struct AppliedReceipts: Equatable, Sendable {
        /// Of the topic, the account and the form of ids: a number says nothing under another.
        package let fingerprint: UInt64
        package let position: ReceiptPosition

        package init(fingerprint: UInt64, position: ReceiptPosition) {
            self.fingerprint = fingerprint
            self.position = position
        }
    }

    /// Milliseconds since 1970.
    package struct Standstill: Equatable, Sendable {
        package let begin: Int64
        package let end: Int64

        package init(begin: Int64, end: Int64) {
            self.begin = begin
            self.end = end
        }
    }

    package static let mostStandstills = 8

    /// What a reader of the ledger needs of a closed id.
    package struct Closed: Equatable, Sendable {
        package let offset: Int64
        package let timestamp: Int64
        package let closedAt: Int64
        package let hasTimelessID: Bool
    }

    package enum Value: Equatable, Sendable {
        case open(LedgerEntry)
        case closed(Closed)
    }

    package static func encode(_ entry: LedgerEntry, into bytes: inout [UInt8]) {
        var writer = ByteWriter(appendingTo: bytes)
        bytes = []
        defer { bytes = writer.bytes }
        writer.put(entry.submission == nil || entry.state == .closed ? version : submissionVersion)
        writer.put(entry.state.rawValue)
        writer.put(flags(entry))
        if entry.state == .closed {
            writer.put(UInt8(0))
            writer.put(entry.offset)
            writer.put(entry.timestamp)
            writer.put(entry.closedAt)
            return
        }
        writer.put(entry.lastStatus?.rawValue ?? 0)
        writer.put(entry.policy?.rawValue ?? 0)
        writer.put(entry.echo.parts)
        writer.put(entry.attempt)
        writer.put(entry.unknownAttempts)
        writer.put(entry.sequence)
        writer.put(entry.failures)
        writer.put(UInt16(0))
        writer.put(entry.offset)
        writer.put(entry.timestamp)
        writer.put(entry.admittedAt)
        writer.put(entry.pausedMilliseconds)
        writer.put(entry.notBefore)
        writer.put(entry.sendAt ?? .min)
        writer.put(entry.expiresAt ?? .min)
        writer.put(entry.acceptedAt)
        writer.put(entry.mark)
        encode(entry.echo, hasMessageIDs: entry.submission == nil, into: &writer)
        if let message = entry.message {
            writer.put(UInt8(message.isTemplate ? 2 : 1))
            writer.putShort(message.phone)
            writer.putLong(message.text)
            writer.putShort(message.sender ?? [])
        } else {
            writer.put(UInt8(0))
        }
        if let submission = entry.submission { encode(submission, into: &writer) }
    }

    /// Of an entry that is kept as such.
    package static func bytes(of entry: LedgerEntry) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(headSize + 96)
        encode(entry, into: &bytes)
        return bytes
    }

    package static func decode(_ bytes: UnsafeRawBufferPointer) throws(LedgerError) -> Value {
        let state = try head(bytes).state
        var reader = ByteReader(bytes)
        try reader.skip(2)
        let flags: UInt8 = try reader.get()
        if state == .closed {
            try reader.skip(1)
            let offset: Int64 = try reader.get()
            let timestamp: Int64 = try reader.get()
            let closedAt: Int64 = try reader.get()
            return .closed(
                Closed(offset: offset, timestamp: timestamp, closedAt: closedAt, hasTimelessID: flags & Flag.timelessID != 0))
        }
        let status: UInt8 = try reader.get()
        let policy: UInt8 = try reader.get()
        let parts: UInt8 = try reader.get()
        let attempt: UInt16 = try reader.get()
        let unknownAttempts: UInt16 = try reader.get()
        let sequence: UInt16 = try reader.get()
        let failures: UInt16 = try reader.get()
        try reader.skip(2)
        let offset: Int64 = try reader.get()
        let timestamp: Int64 = try reader.get()
        let admittedAt: Int64 = try reader.get()
        let paused: Int64 = try reader.get()
        let notBefore: Int64 = try reader.get()
        let sendAt: Int64 = try reader.get()
        let expiresAt: Int64 = try reader.get()
        let acceptedAt: Int64 = try reader.get()
        let mark: UInt64 = try reader.get()
        var echo = try decodeEcho(&reader)
        echo.parts = parts
        var message: Message?
        let kind: UInt8 = try reader.get()
        guard kind <= 2 else { throw .malformed }
        if kind != 0 {
            let phone = try reader.getShort()
            let text = try reader.getLong()
            let sender = try reader.getShort()
            message = Message(phone: phone, text: text, isTemplate: kind == 2, sender: sender.isEmpty ? nil : sender)
        }
        let submission = bytes[0] == submissionVersion ? try decodeSubmission(&reader) : nil
        guard reader.isAtEnd, message != nil || state == .tracking else { throw .malformed }
        if let submission {
            guard isPlausible(submission, of: state), echo.messageIDs.isEmpty else { throw .malformed }
            if state == .tracking { echo.messageIDs = submission.messageIDs }
        }
        guard status == 0 || MessageStatus(rawValue: status) != nil, policy == 0 || UnknownPolicy(rawValue: policy) != nil else {
            throw .malformed
        }
        guard isPlausible(echo), message.map(isPlausible) ?? true else { throw .malformed }
        return .open(
            LedgerEntry(
                state: state, echo: echo, message: message, offset: offset, timestamp: timestamp, isPriority: flags & Flag.priority != 0,
                hasTimelessID: flags & Flag.timelessID != 0, hasUnknownOutcome: flags & Flag.unknown != 0,
                policy: UnknownPolicy(rawValue: policy), admittedAt: admittedAt, sendAt: sendAt == .min ? nil : sendAt,
                expiresAt: expiresAt == .min ? nil : expiresAt, attempt: attempt, unknownAttempts: unknownAttempts, failures: failures,
                mark: mark, notBefore: notBefore, pausedMilliseconds: paused, acceptedAt: acceptedAt, closedAt: 0,
                lastStatus: MessageStatus(rawValue: status), sequence: sequence, submission: submission))
    }

    package static func encode(_ recorded: Recorded, into bytes: inout [UInt8]) {
        var writer = ByteWriter(appendingTo: bytes)
        bytes = []
        writer.put(recorded.receipts == nil ? version : submissionVersion)
        writer.put(recorded.offset)
        writer.putMedium(Array(recorded.group.utf8))
        if let receipts = recorded.receipts {
            writer.put(receipts.fingerprint)
            writer.put(receipts.position.next)
            writer.put(receipts.position.timestamp)
        }
        for standstill in recorded.standstills.suffix(mostStandstills) {
            writer.put(standstill.begin)
            writer.put(standstill.end)
        }
        bytes = writer.bytes
    }

    package static func decodeRecorded(_ bytes: UnsafeRawBufferPointer) throws(LedgerError) -> Recorded {
        var reader = ByteReader(bytes)
        let version: UInt8 = try reader.get()
        guard version == Self.version || version == submissionVersion else { throw .unknownVersion(version) }
        let offset: Int64 = try reader.get()
        let group = try reader.getMedium()
        var receipts: AppliedReceipts?
        if version == submissionVersion {
            let fingerprint: UInt64 = try reader.get()
            let position = ReceiptPosition(next: try reader.get(), timestamp: try reader.get())
            guard position.next >= 0 else { throw .malformed }
            receipts = AppliedReceipts(fingerprint: fingerprint, position: position)
        }
        var standstills: [Standstill] = []
        while !reader.isAtEnd {
            let standstill = Standstill(begin: try reader.get(), end: try reader.get())
            guard standstills.count < mostStandstills, standstill.begin >= standstills.last?.end ?? 0, standstill.end >= standstill.begin
            else { throw .malformed }
            standstills.append(standstill)
        }
        guard offset >= 0 else { throw .malformed }
        return Recorded(group: String(decoding: group, as: UTF8.self), offset: offset, standstills: standstills, receipts: receipts)
    }

    private static func flags(_ entry: LedgerEntry) -> UInt8 {
        (entry.hasUnknownOutcome ? Flag.unknown : 0) | (entry.isPriority ? Flag.priority : 0)
            | (entry.hasTimelessID ? Flag.timelessID : 0)
    }

    /// - Parameter hasMessageIDs: else each part has its own.
    private static func encode(_ echo: Echo, hasMessageIDs: Bool, into writer: inout ByteWriter) {
        writer.putMedium(echo.id)
        writer.putMedium(echo.key ?? [])
        writer.putMedium(echo.metadata ?? [])
        writer.putMedium(echo.traceparent ?? [])
        writer.putMedium(echo.tracestate ?? [])
        writer.putShort(echo.cost?.credits ?? [])
        writer.putShort(echo.cost?.money ?? [])
        writer.putShort(echo.providerStatus)
        guard hasMessageIDs else { return writer.put(UInt8(0)) }
        writer.put(UInt8(echo.messageIDs.count))
        for id in echo.messageIDs { writer.putShort(Array(id.utf8)) }
    }

    private static func decodeEcho(_ reader: inout ByteReader) throws(LedgerError) -> Echo {
        let id = try reader.getMedium()
        let key = try reader.getMedium()
        let metadata = try reader.getMedium()
        let traceparent = try reader.getMedium()
        let tracestate = try reader.getMedium()
        var echo = Echo(
            id: id, key: key.isEmpty ? nil : key, metadata: metadata.isEmpty ? nil : metadata,
            traceparent: traceparent.isEmpty ? nil : traceparent, tracestate: tracestate.isEmpty ? nil : tracestate)
        let credits = try reader.getShort()
        let money = try reader.getShort()
        if !credits.isEmpty || !money.isEmpty { echo.cost = Echo.Cost(credits: credits, money: money) }
        echo.providerStatus = try reader.getShort()
        // Earlier versions cut a longer one within a character.
        if echo.providerStatus.count == Echo.providerStatusLimit { echo.providerStatus = WholeCharacters.trimmed(echo.providerStatus) }
        let count: UInt8 = try reader.get()
        for _ in 0..<count {
            let bytes = try reader.getShort()
            let id = String(decoding: bytes, as: UTF8.self)
            // What was repaired is longer, and may not fit when it is written again.
            guard id.utf8.elementsEqual(bytes) else { throw .malformed }
            echo.messageIDs.append(id)
        }
        return echo
    }
}
