/// The commands by their words.
indirect enum CommandTree: Sendable {
    case command(any Command.Type)
    /// Several commands behind one word.
    case group(name: String, abstract: String, [CommandTree])

    var name: String {
        switch self {
        case .command(let type): type.configuration.name
        case .group(let name, _, _): name
        }
    }

    var abstract: String {
        switch self {
        case .command(let type): type.configuration.abstract
        case .group(_, let abstract, _): abstract
        }
    }

    var children: [CommandTree] {
        switch self {
        case .command: []
        case .group(_, _, let children): children
        }
    }
}
