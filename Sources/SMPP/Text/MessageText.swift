package import SMSText

/// A text as the submissions that carry it: one a part.
package struct MessageText: Equatable, Sendable {
    package let format: PartFormat
    private let segments: TextSegments

    /// - Throws: where the format's coding does not carry the text, or it needs more than 255 parts.
    package init(_ text: String, _ format: PartFormat) throws(TextSegmentsError) {
        self.format = format
        segments = try TextSegments(text, as: format.coding)
    }

    /// Submissions to make.
    package var count: Int { format.concatenation == .payload ? 1 : segments.parts.count }

    /// A submission of one part.
    ///
    /// - Parameters:
    ///   - number: 0 …, below `count`.
    ///   - message: what all parts have in common.
    package func part(_ number: Int, of message: ShortMessage) -> ShortMessage {
        var message = message
        message.dataCoding = format.dataCoding
        let (part, total) = (UInt8(number + 1), UInt8(segments.parts.count))
        guard total > 1 else {
            message.octets = segments.parts[0]
            return message
        }
        switch format.concatenation {
        case .udh:
            message.esmClass.rawValue |= ESMClass.userDataHeader.rawValue
            message.octets = [0x05, 0x00, 0x03, UInt8(truncatingIfNeeded: format.reference), total, part] + segments.parts[number]
        case .sar:
            message.octets = segments.parts[number]
            message.parameters.append(
                .sarReference, [UInt8(truncatingIfNeeded: format.reference >> 8), UInt8(truncatingIfNeeded: format.reference)])
            message.parameters.append(.sarTotal, CollectionOfOne(total))
            message.parameters.append(.sarNumber, CollectionOfOne(part))
        case .payload:
            message.octets = []
            message.parameters.append(.payload, segments.parts.joined())
        }
        return message
    }
}
