/// A text as octets, divided into the parts of a message: greedily, so that each part is as full as it can be while no surrogate pair
/// and no escape with its character is cut. The headers that join the parts are not in it.
package struct TextSegments: Equatable, Sendable {
    /// Parts that a message may have: their number is one octet (3GPP TS 23.040, 9.2.3.24.1).
    package static let maximumCount = 255

    package let coding: TextCoding
    /// At least one, empty for an empty text.
    package let parts: [[UInt8]]

    /// - Throws: where the coding does not carry the text, or it needs too many parts.
    package init(_ text: String, as coding: TextCoding) throws(TextSegmentsError) {
        self.coding = coding
        var total = 0
        for scalar in text.unicodeScalars {
            let width = coding.width(scalar.value)
            if width == 0 { throw .notCarried }
            total += width
        }
        let (single, multiple) = coding.limits
        var cutter = PartCutter(single: single, multiple: total <= single ? single : multiple)
        var parts: [[UInt8]] = [[]]
        for scalar in text.unicodeScalars {
            if cutter.add(coding.width(scalar.value)) {
                guard parts.count < Self.maximumCount else { throw .tooManyParts }
                parts.append([])
            }
            coding.append(scalar, to: &parts[parts.count - 1])
        }
        self.parts = parts
    }
}

package enum TextSegmentsError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The text holds a character that the coding has not.
    case notCarried
    case tooManyParts

    package var description: String {
        switch self {
        case .notCarried: "the text holds a character that its coding does not carry"
        case .tooManyParts: "the text needs more than \(TextSegments.maximumCount) parts"
        }
    }
}
