/// What is wrong with the body of a PDU whose end is known: only this one is lost. A sentence never repeats what came.
package struct PDUFault: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Kind: Equatable, Sendable {
        /// The PDU ends before the field does.
        case truncated
        /// No NUL within the octets that the field may have.
        case notTerminated
        /// A length that the standard does not allow.
        case badLength
    }

    package let kind: Kind
    /// By its name in the standard.
    package let field: Field

    package enum Field: String, Sendable {
        case systemID = "system_id"
        case password
        case systemType = "system_type"
        case addressRange = "address_range"
        case serviceType = "service_type"
        case sourceAddress = "source_addr"
        case destinationAddress = "destination_addr"
        case schedule = "schedule_delivery_time"
        case validity = "validity_period"
        case shortMessage = "short_message"
        case messageID = "message_id"
        case parameters = "the optional parameters"
        case flags = "the fields of one octet"
    }

    package var description: String {
        switch kind {
        case .truncated: "the PDU ends within \(field.rawValue)"
        case .notTerminated: "\(field.rawValue) is not ended by a NUL where it must be"
        case .badLength: "\(field.rawValue) has a length that SMPP 3.4 does not allow"
        }
    }
}

/// Where a PDU ends cannot be known any more: the connection is of no further use. The peer is told by generic_nack, status 0x02.
package enum FramingFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// A command_length below the header's own 16.
    case tooShort(UInt32)
    /// A command_length above our limit.
    case tooLong(UInt32)

    package var description: String {
        switch self {
        case .tooShort(let length): "a PDU of \(length) octets is shorter than its header"
        case .tooLong(let length): "a PDU of \(length) octets is longer than the \(PDUDecoder.maximumLength) that are read"
        }
    }
}

/// Why a PDU cannot be written. A sentence never repeats the value.
package enum PDUEncodingError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Longer than the field may be, in octets.
    case tooLong(PDUFault.Field, limit: Int)
    /// Holds a NUL, or a character that no octet can be.
    case badCharacter(PDUFault.Field)
    /// The whole is longer than any peer takes.
    case pduTooLong

    package var description: String {
        switch self {
        case .tooLong(let field, let limit): "\(field.rawValue) is longer than \(limit) octets"
        case .badCharacter(let field): "\(field.rawValue) holds a character that SMPP cannot carry"
        case .pduTooLong: "the PDU is longer than \(PDUDecoder.maximumLength) octets"
        }
    }
}
