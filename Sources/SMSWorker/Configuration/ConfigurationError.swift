/// Why the worker does not start with what it was told: one sentence for each thing that is wrong, none with a secret in it.
/// The program ends with exit code 78.
package struct ConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Never empty.
    package let sentences: [String]

    package init(_ sentences: [String]) { self.sentences = sentences }

    package init(_ sentence: String) { sentences = [sentence] }

    package var description: String { sentences.joined(separator: "\n") }
}
