internal import Requests
internal import SMSPipeline

/// Why a command ends early: the exit code, and one sentence for stderr.
struct CommandFailure: Error, Equatable, Sendable {
    let status: ExitStatus
    let sentence: String

    init(_ status: ExitStatus, _ sentence: String) {
        self.status = status
        self.sentence = sentence
    }
}
