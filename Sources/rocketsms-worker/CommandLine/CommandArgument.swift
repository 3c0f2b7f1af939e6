internal import Requests
internal import SMSPipeline

/// A word that stands for itself, by its place. All of a command's are required, unless its table says otherwise.
struct CommandArgument: Sendable {
    /// In capitals, as help shows it: `ID`.
    let name: String
    let help: String

    init(_ name: String, _ help: String) {
        self.name = name
        self.help = help
    }
}
