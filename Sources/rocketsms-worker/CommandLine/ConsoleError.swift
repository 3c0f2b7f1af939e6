internal import Glibc
internal import Requests
internal import SMSPipeline

/// The output could not be written.
struct ConsoleError: Error, Equatable, Sendable {
    /// `errno`.
    let code: CInt

    /// Whoever read it has seen enough, as `head` does.
    var isReaderGone: Bool { code == EPIPE }

    var sentence: String { "The output could not be written: \(String(cString: strerror(code)))." }
}
