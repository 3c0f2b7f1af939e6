internal import Requests

/// How a client of Kafka shows who it is, and whom it trusts.
package struct KafkaAccess: Equatable, Sendable {
    /// All that the next handle is made with.
    package var properties: KafkaProperties
    /// Of what stands in the files that the properties name (keys, certificates), good in this process only: no secret.
    package var fingerprint: Int

    package init(properties: KafkaProperties, fingerprint: Int = 0) {
        self.properties = properties
        self.fingerprint = fingerprint
    }

    /// What handles that live must be told of the way from one to another.
    package enum Change: Equatable, Sendable {
        case nothing
        /// librdkafka takes them in a living handle: the next connection is made with them.
        case credentials(username: String, password: String)
        /// Keys, certificates and mechanisms are read when a handle is made.
        case handles
    }

    package func change(to next: Self) -> Change {
        guard next != self else { return .nothing }
        guard next.fingerprint == fingerprint, next.properties.withoutPassword == properties.withoutPassword, properties.hasPassword,
            let username = next.properties[KafkaProperties.saslUsername], let password = next.properties[KafkaProperties.saslPassword]
        else { return .handles }
        return .credentials(username: username, password: password)
    }
}

extension KafkaProperties {
    fileprivate static let saslUsername = "sasl.username"
    fileprivate static let saslPassword = "sasl.password"

    /// Those of `newer` that say who we are and whom we trust, in the place of ours; everything else is of the start.
    package func withAccess(of newer: Self) -> Self {
        Self(entries.filter { !Self.isAccess($0.key) } + newer.entries.filter { Self.isAccess($0.key) })
    }

    /// The files that say who we are and whom we trust.
    package var accessFiles: [String] {
        entries.filter { Self.isAccess($0.key) && ($0.key.hasSuffix(".location") || $0.key.hasSuffix(".file")) }.map(\.value)
    }

    /// Mechanisms whose user name and password a living handle takes.
    fileprivate var hasPassword: Bool {
        let mechanism = (self["sasl.mechanism"] ?? self["sasl.mechanisms"] ?? "").uppercased()
        return mechanism == "PLAIN" || mechanism.hasPrefix("SCRAM-")
    }

    fileprivate var withoutPassword: Self { Self(entries.filter { $0.key != Self.saslUsername && $0.key != Self.saslPassword }) }

    private static func isAccess(_ key: String) -> Bool {
        key == "security.protocol" || ["sasl.", "ssl.", "enable.ssl.", "enable.sasl.", "https.ca."].contains { key.hasPrefix($0) }
    }
}
