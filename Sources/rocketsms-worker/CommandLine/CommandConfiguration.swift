internal import Requests
internal import SMSPipeline

/// What a command is called, what it takes, and how it is explained.
struct CommandConfiguration: Sendable {
    /// The last word of its path: `create` of `topics create`.
    let name: String
    /// One sentence.
    let abstract: String
    /// What is worth knowing beside the table; may have several lines.
    var discussion: String = ""
    /// A whole command line without the program's name, as somebody would type it.
    let example: String
    var arguments: [CommandArgument] = []
    /// A flag may stand for the arguments.
    var areArgumentsOptional = false
    var options: [CommandOption] = []
    /// Whether the flags of the configuration (`--kafka-bootstrap-servers`, …) and `--config` are taken too.
    var takesConfiguration = true
}
