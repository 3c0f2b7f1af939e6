internal import Requests
internal import SMSPipeline

/// The configuration does not make a client of the provider's; the sentence names the keys.
package struct ProviderSetupError: Error, Equatable, Sendable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
