internal import Requests
internal import SMSPipeline

/// One thing that `check` has looked at, and what is to be done where it is not as it should be.
package struct CheckLine: Equatable, Sendable {
    /// In the order in which they are told.
    package enum Subject: String, CaseIterable, Sendable {
        case broker, tls, rights, topics, provider, credentials, senders, clock
    }

    package enum Result: String, Sendable {
        case good = "ok"
        case finding
        /// Nothing is known of it: something before it failed, or nobody can tell without writing.
        case unasked
    }

    package let subject: Subject
    package let result: Result
    /// Without any secret.
    package let sentence: String
    /// What to do; nil where the sentence says it, or there is nothing to do.
    package let remedy: String?

    package static func good(_ subject: Subject, _ sentence: String) -> Self {
        Self(subject: subject, result: .good, sentence: sentence, remedy: nil)
    }

    package static func finding(_ subject: Subject, _ sentence: String, remedy: String?) -> Self {
        Self(subject: subject, result: .finding, sentence: sentence, remedy: remedy)
    }

    package static func unasked(_ subject: Subject, _ sentence: String, remedy: String? = nil) -> Self {
        Self(subject: subject, result: .unasked, sentence: sentence, remedy: remedy)
    }
}
