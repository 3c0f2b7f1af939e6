/// What a question for the account's templates told.
package enum TemplatesAnswer: Equatable, Sendable {
    /// SMS parts of each text, by the template's name.
    case known([[UInt8]: UInt8])
    /// No valid answer, in harmless words.
    case failed(reason: String)

    var isKnown: Bool { if case .known = self { true } else { false } }
}
