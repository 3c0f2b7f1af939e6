internal import Requests
internal import SMSPipeline

/// What a command cannot do without.
package struct ConfigurationRequirements: OptionSet, Sendable {
    package let rawValue: Int

    package init(rawValue: Int) { self.rawValue = rawValue }

    /// `kafka.bootstrapServers`.
    package static let broker = Self(rawValue: 1)
    /// User name and password of the provider's HTTP API. Without this their files are not read.
    package static let credentials = Self(rawValue: 2)
    /// What the door needs that messages go through: `credentials`, or an account for SMPP.
    package static let door = Self(rawValue: 4)
    package static let run: Self = [.broker, .door]
}
