extension Logger {
    /// What may be shown of a value that could be personal.
    package enum Redaction {
        /// `id` without what looks like a phone number: of such a stretch the last two digits alone, after `***`. That is
        /// - 8 digits or more in a row, wherever they stand (an id made of a topic, a partition and a long offset is no exception);
        /// - the same with spaces, parentheses or a `+` among them, and hyphens beside these;
        /// - an id that is nothing but 8 to 15 digits and hyphens.
        ///
        /// Hyphens alone join nothing within a longer id: dates and numbers that ids are made of would go.
        package static func maskedID(_ id: String) -> String {
            let bytes = Array(id.utf8)
            var shown: [UInt8] = []
            shown.reserveCapacity(bytes.count)
            var rest = bytes[...]
            while let first = rest.first {
                guard isDigit(first) || isSeparator(first) else {
                    shown.append(first)
                    rest.removeFirst()
                    continue
                }
                let stretch = rest.prefix { isDigit($0) || isSeparator($0) }
                rest = rest.dropFirst(stretch.count)
                let count = stretch.count { isDigit($0) }
                let isJoined = stretch.contains { isSeparator($0) && $0 != hyphen } || (stretch.count == bytes.count && count <= 15)
                if isJoined, count >= leastDigits {
                    appendMasked(stretch, to: &shown)
                } else {
                    appendMaskingRuns(of: stretch, to: &shown)
                }
            }
            return String(decoding: shown, as: UTF8.self)
        }

        /// The shortest phone number that a request may have.
        private static let leastDigits = 8
        private static let hyphen = UInt8(ascii: "-")

        private static func appendMaskingRuns(of stretch: ArraySlice<UInt8>, to shown: inout [UInt8]) {
            var rest = stretch
            while let first = rest.first {
                let run = rest.prefix { isDigit($0) == isDigit(first) }
                rest = rest.dropFirst(run.count)
                if isDigit(first), run.count >= leastDigits {
                    appendMasked(run, to: &shown)
                } else {
                    shown += run
                }
            }
        }

        private static func appendMasked(_ stretch: ArraySlice<UInt8>, to shown: inout [UInt8]) {
            shown += Array("***".utf8)
            shown += stretch.filter(isDigit).suffix(2)
        }

        private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

        private static func isSeparator(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "+"), hyphen, UInt8(ascii: " "), UInt8(ascii: "("), UInt8(ascii: ")"): true
            default: false
            }
        }
    }
}
