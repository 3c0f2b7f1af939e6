package import Requests
package import SMPP
package import SMSPipeline

/// A receipt as a record of the receipts topic: parsed fields alone. Not a word of the message is in it, and no address.
///
/// The value, numbers with their highest octet first; the record has no key:
///
/// | octets | |
/// | --- | --- |
/// | 1 | format: 1 |
/// | 4 | account |
/// | 2, 2 | hashes of the source's and the destination's address |
/// | 1 | state; 255: none that is known |
/// | 1 + n | the carrier's error: 0 none · 1 network and code, 3 octets · 2 a length and so many letters |
/// | 1 + n | the id of the parameter, as it came: length (0: none), UTF-8 |
/// | 1 + n | the id of the text, the same |
///
/// Every replica reads what any of them wrote: a change of it is another format.
package struct ReceiptRecord: Equatable, Sendable {
    package static let format: UInt8 = 1
    static let noState: UInt8 = 0xFF
    /// Octets of the longest there is.
    package static let maximumLength = 11 + 9 + 2 * (1 + maximumIDLength)
    /// 64 characters came, each perhaps above ASCII.
    static let maximumIDLength = 128
    static let maximumErrorLength = 8

    /// Of which account at the message centre.
    package var account: UInt32
    package var receipt: DeliveryReceipt

    package init(_ receipt: DeliveryReceipt, account: UInt32) {
        self.account = account
        self.receipt = receipt
    }

    /// - Throws: what it is instead. Records of anybody may stand in a topic.
    package init(_ value: UnsafeRawBufferPointer?) throws(ReceiptRecordError) {
        let fields = try ReceiptFields(value)
        account = fields.account
        receipt = DeliveryReceipt(
            parameterID: fields.parameterID.isEmpty ? nil : try Self.text(fields.parameterID),
            textID: fields.textID.isEmpty ? nil : try Self.text(fields.textID),
            state: DeliveryState(rawValue: fields.state), error: try fields.networkError(), source: fields.source,
            destination: fields.destination)
    }

    package var octets: [UInt8] {
        var octets: [UInt8] = [Self.format]
        octets.reserveCapacity(96)
        for shift in [24, 16, 8, 0] { octets.append(UInt8(truncatingIfNeeded: account >> shift)) }
        for hash in [receipt.source.rawValue, receipt.destination.rawValue] {
            octets += [UInt8(truncatingIfNeeded: hash >> 8), UInt8(truncatingIfNeeded: hash)]
        }
        octets.append(receipt.state?.rawValue ?? Self.noState)
        switch receipt.error {
        case nil: octets.append(0)
        case .code(let network, let code): octets += [1, network, UInt8(code >> 8), UInt8(truncatingIfNeeded: code)]
        case .text(let text):
            let text = text.utf8.prefix(Self.maximumErrorLength)
            octets += [2, UInt8(text.count)] + text
        }
        for id in [receipt.parameterID, receipt.textID] {
            // The decoder of PDUs takes none that is longer.
            let id = id.flatMap { $0.utf8.count <= Self.maximumIDLength ? $0 : nil } ?? ""
            octets.append(UInt8(id.utf8.count))
            octets += id.utf8
        }
        return octets
    }

    /// As the pipeline knows it.
    ///
    /// - Parameter number: the record's.
    package func receipt(number: Int64, _ identity: MessageIdentity) -> Receipt {
        Receipt(
            number: number, account: account, ids: identity.candidates(of: receipt), status: receipt.state.map { MessageStatus($0) },
            addresses: (receipt.source.rawValue, receipt.destination.rawValue))
    }

    static func text(_ octets: UnsafeRawBufferPointer) throws(ReceiptRecordError) -> String {
        guard let text = String(validating: octets, as: UTF8.self) else { throw .foreign }
        return text
    }
}

/// Why a record of the receipts topic is none that can be read.
package enum ReceiptRecordError: Error, Hashable, Sendable {
    /// Of a later version of the worker.
    case newer(format: UInt8)
    /// Nothing that a worker writes.
    case foreign
}

extension MessageStatus {
    package init(_ state: DeliveryState) {
        switch state.progress {
        case .queued: self = .queued
        case .sent: self = .sent
        case .delivered: self = .delivered
        case .failed: self = .failed
        }
    }
}
