extension Logger {
    /// What may be shown of a value that could be personal.
    package enum Redaction {
        /// `id` without what looks like a phone number: of such a stretch the last two digits alone, after `***`.
        ///
        /// That is 8 digits or more, in a row or with up to eight characters between two of them that are neither letter nor digit,
        /// wherever they stand: an id made of a partition and a long offset is no exception. A date (`2026-11-24`) that a stretch begins
        /// with is shown, and does not count.
        package static func maskedID(_ id: String) -> String {
            var shown = String.UnicodeScalarView()
            var rest = Array(id.unicodeScalars)[...]
            while let first = rest.first {
                guard isDigit(first) else {
                    shown.append(first)
                    rest.removeFirst()
                    continue
                }
                let date = dateLength(rest)
                shown.append(contentsOf: rest.prefix(date))
                rest = rest.dropFirst(date)
                if date > 0 { continue }
                let stretch = stretch(rest)
                rest = rest.dropFirst(stretch.count)
                let digits = stretch.filter(isDigit)
                if digits.count < leastDigits {
                    shown.append(contentsOf: stretch)
                } else {
                    shown.append(contentsOf: "***".unicodeScalars)
                    shown.append(contentsOf: digits.suffix(2))
                }
            }
            return String(shown)
        }

        /// The shortest phone number that a request may have.
        private static let leastDigits = 8
        private static let mostSeparators = 8

        /// From the digit at the front to the last one that is joined to it.
        private static func stretch(_ text: ArraySlice<Unicode.Scalar>) -> ArraySlice<Unicode.Scalar> {
            var end = text.startIndex
            var index = end
            while index < text.endIndex, index - end <= mostSeparators {
                if isDigit(text[index]) {
                    end = index + 1
                } else if text[index].properties.isAlphabetic {
                    break
                }
                index += 1
            }
            return text[..<end]
        }

        /// 10 where `2026-11-24` stands there, and no digit behind it; else 0.
        private static func dateLength(_ text: ArraySlice<Unicode.Scalar>) -> Int {
            let date = Array(text.prefix(11))
            guard date.count >= 10, date.count == 10 || !isDigit(date[10]) else { return 0 }
            for (index, scalar) in date.prefix(10).enumerated() {
                guard index == 4 || index == 7 ? scalar == "-" : ("0"..."9").contains(scalar) else { return 0 }
            }
            func number(_ range: Range<Int>) -> Int { date[range].reduce(0) { $0 * 10 + Int($1.value) - 0x30 } }
            return (1900...2099).contains(number(0..<4)) && (1...12).contains(number(5..<7)) && (1...31).contains(number(8..<10)) ? 10 : 0
        }

        /// Of any script.
        private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.numericType == .decimal }
    }
}
