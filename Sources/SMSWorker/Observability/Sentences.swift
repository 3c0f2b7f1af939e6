internal import Requests
internal import SMSPipeline

/// What the log and the status page say in the same words.
enum Sentences {
    static let narrowed = "the provider fails some requests, or answers slowly: fewer are under way at a time"
    static let probing = "the provider fails nearly everything: attempts, or polls, are tried one by one"
    static let refused =
        "the provider refuses one message after another by the same code, and accepts none: they are tried one by one, 1 to 10 s apart"
    static let resolve = "`requests held` lists them, `requests resolve` decides"
    static let held = "a request is held: nobody knows whether its SMS went out; \(resolve)"

    static func shut(_ reason: String) -> String { "no message goes out over SMPP: \(reason)" }

    static func paused(for problem: AccountProblem) -> String {
        switch problem {
        case .credentials:
            "the provider refuses the credentials: sending and polling are paused, no message fails; the account is probed until it answers"
        case .credit:
            "the provider says that there is no credit: sending is paused, no message fails; the account is probed until it is topped up"
        }
    }
}

extension DoorState {
    /// Why no message goes out; nil: they do.
    var sentence: String? {
        switch self {
        case .open: nil
        case .shut(let reason): Sentences.shut(reason)
        case .tooManyBinds: Sentences.shut("the account is bound as often as it may be")
        case .badCredentials(let code): Sentences.shut("the message centre refuses the credentials (\(code))")
        }
    }
}
