internal import JSON
internal import Requests
internal import SMSPipeline

/// Reads the syntax of Java's `Properties.load`, in UTF-8: `key=value`, `key: value` or `key value`, `#` and `!` comments,
/// a backslash at the end of a line that goes on, and `\t \n \r \f \uXXXX` escapes.
package enum JavaProperties {
    /// Names the line, never what stands on it.
    package struct Problem: Error, Equatable, Sendable {
        /// From 1.
        package let line: Int
        /// The rest of the sentence "line N …".
        package let reason: String
    }

    /// A line of the file, or several joined by backslashes; without the space that it begins with.
    private struct LogicalLine {
        let number: Int
        var scalars: [Unicode.Scalar]
    }

    /// The entries in the order of the file, repeated keys included; a byte order mark before them is skipped.
    ///
    /// librdkafka takes C strings, which end at a NUL: a key with one would pass for another. A value may have tabs and line ends (PEM).
    package static func parse(_ bytes: [UInt8]) throws(Problem) -> [(key: String, value: String)] {
        var bytes = bytes
        ByteOrderMark.remove(from: &bytes)
        var entries: [(key: String, value: String)] = []
        for line in try logicalLines(bytes) where !line.scalars.isEmpty {
            var rest = line.scalars[...]
            let key = try takeText(&rest, untilSeparator: true, line: line.number)
            rest = rest.drop(while: isSpace)
            if rest.first == "=" || rest.first == ":" { rest = rest.dropFirst().drop(while: isSpace) }
            if key.isEmpty { throw Problem(line: line.number, reason: "has no key") }
            let value = try takeText(&rest, untilSeparator: false, line: line.number)
            if key.unicodeScalars.contains(where: isControl) || value.unicodeScalars.contains(where: { isControl($0) && !isLayout($0) }) {
                throw Problem(line: line.number, reason: "has a control character in its key or value")
            }
            entries.append((key, value))
        }
        return entries
    }

    private static func logicalLines(_ bytes: [UInt8]) throws(Problem) -> [LogicalLine] {
        var lines: [LogicalLine] = []
        var goesOn = false
        // "\r\n" gives an empty line more, which is nothing, but is not to be counted.
        var number = 0
        var previousTerminator: UInt8 = 0
        var rest = bytes[...]
        while !rest.isEmpty {
            let line = rest.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
            let terminator = rest.dropFirst(line.count).first ?? 0
            rest = rest.dropFirst(line.count + 1)
            defer { previousTerminator = terminator }
            if line.isEmpty, previousTerminator == UInt8(ascii: "\r"), terminator == UInt8(ascii: "\n") { continue }
            number += 1
            guard let text = String(validating: line, as: UTF8.self) else { throw Problem(line: number, reason: "is not UTF-8") }
            var scalars = Array(text.unicodeScalars.drop(while: isSpace))
            if !goesOn, scalars.isEmpty || scalars.first == "#" || scalars.first == "!" { continue }
            let isUnfinished = scalars.reversed().prefix { $0 == "\\" }.count % 2 == 1
            if isUnfinished { scalars.removeLast() }
            if goesOn {
                lines[lines.count - 1].scalars += scalars
            } else {
                lines.append(LogicalLine(number: number, scalars: scalars))
            }
            goesOn = isUnfinished
        }
        return lines
    }

    private static func takeText(
        _ rest: inout ArraySlice<Unicode.Scalar>, untilSeparator: Bool, line: Int
    ) throws(Problem) -> String {
        var units: [UInt16] = []
        while let scalar = rest.first {
            if untilSeparator, scalar == "=" || scalar == ":" || isSpace(scalar) { break }
            rest = rest.dropFirst()
            guard scalar == "\\", let escaped = rest.popFirst() else {
                units += Array(UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter)
                continue
            }
            switch escaped {
            case "t": units.append(0x09)
            case "n": units.append(0x0A)
            case "r": units.append(0x0D)
            case "f": units.append(0x0C)
            case "u":
                let digits = String(String.UnicodeScalarView(rest.prefix(4)))
                guard digits.utf8.count == 4, digits.allSatisfy(\.isHexDigit), let unit = UInt16(digits, radix: 16) else {
                    throw Problem(line: line, reason: "has a \\u without four hexadecimal digits")
                }
                units.append(unit)
                rest = rest.dropFirst(4)
            default: units += Array(UTF16.encode(escaped) ?? UTF16.encodedReplacementCharacter)
            }
        }
        guard let text = String(validating: units, as: UTF16.self) else { throw Problem(line: line, reason: "has half a surrogate pair") }
        return text
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.generalCategory == .control }

    private static func isLayout(_ scalar: Unicode.Scalar) -> Bool { scalar == "\t" || scalar == "\n" || scalar == "\r" }

    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || scalar == "\t" || scalar == "\u{C}" }
}
