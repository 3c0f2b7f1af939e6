internal import Requests
internal import SMSPipeline

/// The commands by their words.
indirect enum CommandTree: Sendable {
    /// One command; others may stand behind its word (`senders`, `senders add`).
    case command(any Command.Type, [CommandTree] = [])
    /// Several commands behind one word.
    case group(name: String, abstract: String, [CommandTree])

    var name: String {
        switch self {
        case .command(let type, _): type.configuration.name
        case .group(let name, _, _): name
        }
    }

    var abstract: String {
        switch self {
        case .command(let type, _): type.configuration.abstract
        case .group(_, let abstract, _): abstract
        }
    }

    var children: [CommandTree] {
        switch self {
        case .command(_, let children), .group(_, _, let children): children
        }
    }

    /// Whether it is only a word before others.
    var isGroup: Bool { if case .group = self { true } else { false } }
}
