/// What a simulator is started with.
package struct SimulatorConfiguration: Sendable {
    /// A certificate and its key, as PEM texts.
    package struct Certificate: Sendable, Equatable {
        package var certificate: String
        package var key: String

        package init(certificate: String, key: String) {
            self.certificate = certificate
            self.key = key
        }

        /// One for `localhost` and 127.0.0.1 that is its own authority; nil where libcrypto makes none.
        package static func selfMade() -> Certificate? { SelfMadeCertificate.make() }
    }

    package var host = "127.0.0.1"
    /// 0 takes any free one.
    package var port = 0
    /// Of the message centre; 0 takes any free one, nil: there is none.
    package var smppPort: Int?
    /// Decides every chance: faults, latencies, fates.
    package var seed: UInt64 = 1
    /// The account's login.
    package var username = "123456789"
    /// The account's password in clear; requests carry its md5.
    package var password = "simulator"
    /// Message parts that the account can pay.
    package var credits = 1_000_000
    /// Nil: plain HTTP.
    package var certificate: Certificate?
    /// The account's names; the first one is its main name.
    package var senders = [SenderName("Simulator"), SenderName("NotYet", isChecked: true, isRegistered: false)]
    package var templates = [MessageTemplate(tag: "TPL_ID_1", text: "Hello world")]
    package var switches = SimulatorSwitches()
    /// Messages of which a record is kept, each 64 bytes and its text; the oldest go first, some thousands at once, and are WRONG_ID then.
    package var recordLimit = 2_000_000
    /// Bytes of texts and senders kept in that record.
    package var recordByteLimit = 1 << 30

    package init() {}

    /// The table of switches, for help and for machines.
    package static var switches: [SimulatorSwitch] { SimulatorSwitch.table }

    /// Takes `name=value`, as `--switch` gives it.
    ///
    /// - Throws: `SimulatorSwitchError` with a sentence that names the switch and what it allows; nothing is changed then.
    package mutating func set(switch text: String) throws(SimulatorSwitchError) {
        guard let equals = text.firstIndex(of: "=") else { throw SimulatorSwitchError("switch \"\(text)\": name=value was expected") }
        try set(switch: String(text[..<equals]), to: String(text[text.index(after: equals)...]))
    }

    package mutating func set(switch name: String, to value: String) throws(SimulatorSwitchError) {
        guard let entry = SimulatorSwitch.named(name) else { throw SimulatorSwitchError("there is no switch \"\(name)\"") }
        try entry.set(value, in: &switches)
    }
}
