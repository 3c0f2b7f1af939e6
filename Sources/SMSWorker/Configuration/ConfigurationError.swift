internal import Requests
internal import SMSPipeline

/// Why the worker does not start with what it was told: one sentence for each thing that is wrong, none with a secret in it.
/// The program ends with exit code 78.
package struct ConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Never empty.
    package let sentences: [String]

    package init(_ sentences: [String]) { self.sentences = sentences }

    package init(_ sentence: String) { sentences = [sentence] }

    /// What somebody wrote, fit for a sentence: on one line, and not longer than helps.
    static func excerpt(_ text: String) -> String {
        let scalars = text.unicodeScalars
        let shown = scalars.prefix(80).map { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) ? $0.escaped(asASCII: true) : String($0) }
        return shown.joined() + (scalars.count > 80 ? "…" : "")
    }

    package var description: String { sentences.joined(separator: "\n") }
}
