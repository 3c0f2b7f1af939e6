internal import Connect
internal import Requests
internal import SMSPipeline

extension ConfigurationChecks {
    var missingOfSMPP: [String] {
        var problems: [String] = []
        if isUnset(.smppHost) { problems.append(Self.missing(.smppHost)) }
        if isUnset(.smppSystemID) { problems.append(Self.missing(.smppSystemID)) }
        if isUnset(.smppPassword), isUnset(.smppPasswordFile) { problems.append(Self.missing(.smppPassword, or: .smppPasswordFile)) }
        return problems
    }

    /// What SMPP has no means for.
    func door(_ requirements: ConfigurationRequirements) -> [String] {
        guard requirements.contains(.door), settings.isSMPP else { return [] }
        var problems: [String] = []
        if configuration.send.schedule == .provider {
            problems.append("\(settings.reference(to: .sendSchedule)): over SMPP it is the worker that waits for a request's sendAt.")
        }
        if configuration.provider.senderPolicy != .allow {
            problems.append(
                "\(settings.reference(to: .providerSenderPolicy)): the list of senders is the HTTP API's; over SMPP it is allow, "
                    + "and \(ConfigurationKey.sendAllowedSenders.environment) says which senders may be named.")
        }
        return problems
    }
}

extension WorkerConfiguration {
    /// What is allowed, and should be known.
    var smppWarnings: [String] {
        guard let smpp, !smpp.isTLS, !smpp.connect.target.isLoopback else { return [] }
        return [
            "\(ConfigurationKey.smppTLS.environment) is false: the password and all texts go to \(smpp.host) unprotected, unless the network "
                + "protects them."
        ]
    }
}
