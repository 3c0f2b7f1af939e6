internal import Requests
internal import SMSPipeline

/// Which known word somebody may have meant.
package enum Spelling {
    /// The nearest of `words`, if it is near enough to be meant: one slip in a short word, up to three in a long one. Case counts for nothing.
    package static func suggestion(for word: String, among words: [String]) -> String? {
        nearest(to: word, among: words, slips: min(3, max(1, word.utf8.count / 5)))
    }

    /// The same with fewer slips, for words that are mostly not meant for us.
    package static func likelySlip(of word: String, among words: [String]) -> String? {
        nearest(to: word, among: words, slips: word.utf8.count < 12 ? 1 : 2)
    }

    private static func nearest(to word: String, among words: [String], slips: Int) -> String? {
        let word = Array(word.lowercased().utf8)
        guard word.count <= 128 else { return nil }
        var best: (word: String, distance: Int)?
        for candidate in words {
            let distance = distance(word, Array(candidate.lowercased().utf8))
            if distance <= slips, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.word
    }

    /// Insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
    private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...b.count)
        for i in 0..<a.count {
            var row = [i + 1]
            for j in 0..<b.count {
                var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforeLast[j - 1] + 1) }
                row.append(cost)
            }
            beforeLast = last
            last = row
        }
        return last[b.count]
    }
}
