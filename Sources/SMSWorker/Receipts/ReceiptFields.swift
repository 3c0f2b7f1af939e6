internal import SMPP

/// The fields of a `ReceiptRecord`'s value, lent and not copied: of a million records that are looked through, few are looked at.
struct ReceiptFields {
    let account: UInt32
    let source: AddressHash
    let destination: AddressHash
    /// Of a state, or anything else.
    let state: UInt8
    /// Empty where there is none; else its kind, and what follows that.
    let error: UnsafeRawBufferPointer
    /// Empty where there is none.
    let parameterID: UnsafeRawBufferPointer
    let textID: UnsafeRawBufferPointer

    init(_ value: UnsafeRawBufferPointer?) throws(ReceiptRecordError) {
        guard let value, let format = value.first else { throw .foreign }
        // 0 was never one: whoever begins with it is no worker.
        guard format != 0 else { throw .foreign }
        guard format == ReceiptRecord.format else { throw .newer(format: format) }
        guard value.count >= 11, value.count <= ReceiptRecord.maximumLength else { throw .foreign }
        account = UInt32(bigEndian: value.loadUnaligned(fromByteOffset: 1, as: UInt32.self))
        source = AddressHash(rawValue: UInt16(bigEndian: value.loadUnaligned(fromByteOffset: 5, as: UInt16.self)))
        destination = AddressHash(rawValue: UInt16(bigEndian: value.loadUnaligned(fromByteOffset: 7, as: UInt16.self)))
        state = value[9]
        guard state == ReceiptRecord.noState || DeliveryState(rawValue: state) != nil else { throw .foreign }
        var index = 10
        let errorLength: Int
        switch value[10] {
        case 0: errorLength = 0
        case 1: errorLength = 4
        case 2:
            guard value.count > 11, (1...ReceiptRecord.maximumErrorLength).contains(Int(value[11])) else { throw .foreign }
            errorLength = 2 + Int(value[11])
        default: throw .foreign
        }
        error = try Self.take(errorLength, of: value, at: index)
        index += max(1, errorLength)
        parameterID = try Self.id(of: value, at: &index)
        textID = try Self.id(of: value, at: &index)
        guard index == value.count else { throw .foreign }
    }

    func networkError() throws(ReceiptRecordError) -> DeliveryReceipt.NetworkError? {
        switch error.first {
        case nil: nil
        case 1: .code(network: error[1], UInt16(error[2]) << 8 | UInt16(error[3]))
        default: .text(try ReceiptRecord.text(UnsafeRawBufferPointer(rebasing: error[2...])))
        }
    }

    private static func id(of value: UnsafeRawBufferPointer, at index: inout Int) throws(ReceiptRecordError) -> UnsafeRawBufferPointer {
        guard index < value.count, Int(value[index]) <= ReceiptRecord.maximumIDLength else { throw .foreign }
        let length = Int(value[index])
        defer { index += 1 + length }
        return try take(length, of: value, at: index + 1)
    }

    private static func take(
        _ count: Int, of value: UnsafeRawBufferPointer, at index: Int
    ) throws(ReceiptRecordError) -> UnsafeRawBufferPointer {
        guard value.count - index >= count else { throw .foreign }
        return UnsafeRawBufferPointer(rebasing: value[index..<index + count])
    }
}
