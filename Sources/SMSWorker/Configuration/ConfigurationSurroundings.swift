internal import Glibc
internal import Requests
internal import SMSPipeline

/// What some defaults are made of.
package struct ConfigurationSurroundings: Equatable, Sendable {
    package var hostName: String
    /// Different at every start.
    package var random: UInt32
    /// Whether stderr is a terminal.
    package var isTerminal: Bool

    package init(hostName: String, random: UInt32, isTerminal: Bool) {
        self.hostName = hostName
        self.random = random
        self.isTerminal = isTerminal
    }

    /// Of this process.
    package static var current: Self {
        var buffer = [CChar](repeating: 0, count: 256)
        let isKnown = gethostname(&buffer, buffer.count - 1) == 0 && buffer[0] != 0
        let name = String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return Self(hostName: isKnown ? name : "worker", random: .random(in: 0 ... .max), isTerminal: isatty(STDERR_FILENO) == 1)
    }
}
