internal import Requests
internal import SMSPipeline

/// A command line that cannot be understood, in one sentence. The program ends with exit code 64.
struct UsageError: Error, Equatable, Sendable {
    let sentence: String

    init(_ sentence: String) { self.sentence = sentence }

    /// What somebody wrote, fit for a sentence: on one line, and not longer than helps.
    static func excerpt(_ text: String) -> String {
        let scalars = text.unicodeScalars
        let shown = scalars.prefix(60).map { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) ? "?" : Character($0) }
        return String(shown) + (scalars.count > 60 ? "…" : "")
    }
}
