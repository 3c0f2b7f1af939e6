/// The block at the end of an entry of format 2.
///
/// | bytes | |
/// | --- | --- |
/// | 1 | door: 2, SMPP |
/// | 4 | account |
/// | 8 | number of the next receipt at the first intent |
/// | 2 | hash of the recipient |
/// | 1 | 1: UCS-2, 0: GSM |
/// | 1 | data_coding |
/// | 1 | concatenation |
/// | 2 | reference |
/// | 1 | parts, 1…255; then each: state and status (4 bits each), and of an accepted one its id (length in 1 byte) |
extension LedgerCodec {
    private static let smpp: UInt8 = 2

    static func encode(_ submission: Submission, into writer: inout ByteWriter) {
        writer.put(smpp)
        writer.put(submission.account)
        writer.put(submission.from)
        writer.put(submission.address)
        writer.put(UInt8(submission.format.isUCS2 ? 1 : 0))
        writer.put(submission.format.dataCoding)
        writer.put(submission.format.concatenation.rawValue)
        writer.put(submission.format.reference)
        writer.put(UInt8(submission.parts.count))
        for part in submission.parts {
            writer.put(part.state.rawValue << 4 | part.status.rawValue)
            if part.state == .accepted { writer.putShort(Array(part.id.utf8)) }
        }
    }

    static func decodeSubmission(_ reader: inout ByteReader) throws(LedgerError) -> Submission {
        guard try reader.get(UInt8.self) == smpp else { throw .malformed }
        let account: UInt32 = try reader.get()
        let from: Int64 = try reader.get()
        let address: UInt16 = try reader.get()
        let coding: UInt8 = try reader.get()
        let dataCoding: UInt8 = try reader.get()
        let concatenation = Submission.Concatenation(rawValue: try reader.get())
        let reference: UInt16 = try reader.get()
        let count: UInt8 = try reader.get()
        guard from >= 0, coding <= 1, let concatenation, count > 0 else { throw .malformed }
        var parts: [Submission.Part] = []
        parts.reserveCapacity(Int(count))
        for _ in 0..<count { parts.append(try decodePart(&reader)) }
        return Submission(
            account: account, from: from, address: address,
            format: Submission.Format(isUCS2: coding == 1, dataCoding: dataCoding, concatenation: concatenation, reference: reference),
            parts: parts)
    }

    private static func decodePart(_ reader: inout ByteReader) throws(LedgerError) -> Submission.Part {
        let byte: UInt8 = try reader.get()
        guard let state = Submission.Part.State(rawValue: byte >> 4), let status = MessageStatus(rawValue: byte & 0xF) else {
            throw .malformed
        }
        guard state == .accepted else { return Submission.Part(state: state, status: status, id: "") }
        let bytes = try reader.getShort()
        guard bytes.count <= Echo.messageIDLength, let id = String(validating: bytes, as: UTF8.self) else { throw .malformed }
        return Submission.Part(state: state, status: status, id: id)
    }

    /// What is tracked is whole, and its end has not come; where an attempt may follow, no part was refused.
    static func isPlausible(_ submission: Submission, of state: LedgerEntry.State) -> Bool {
        switch state {
        case .tracking: submission.parts.allSatisfy { $0.state == .accepted } && !submission.status.isFinal
        case .waiting, .sending, .held: submission.parts.allSatisfy { $0.state != .refused } && !submission.isWhole
        case .closed: false
        }
    }
}
