internal import Requests
internal import RocketSMS
internal import SMSPipeline
internal import Time

/// What must hold between values of different keys. Each answer is a sentence.
struct ConfigurationChecks {
    let configuration: WorkerConfiguration
    let settings: ConfigurationSettings

    func problems(requiring requirements: ConfigurationRequirements) -> [String] {
        missing(requirements) + contradictingSecrets + plaintext + basePath + onUnknown + topicNames + backoff + codes + drain + heartbeat
            + tokens + registry + door(requirements)
    }

    private func missing(_ requirements: ConfigurationRequirements) -> [String] {
        var problems: [String] = []
        if requirements.contains(.broker), configuration.kafka.bootstrapServers.isEmpty {
            problems.append(Self.missing(.kafkaBootstrapServers))
        }
        if requirements.contains(.door), settings.isSMPP { problems += missingOfSMPP }
        guard requirements.contains(.credentials) || (requirements.contains(.door) && !settings.isSMPP) else { return problems }
        if isUnset(.providerUsername), isUnset(.providerUsernameFile) {
            problems.append(Self.missing(.providerUsername, or: .providerUsernameFile))
        }
        if Self.passwordKeys.allSatisfy(isUnset) {
            problems.append(Self.missing(.providerPassword, or: .providerPasswordFile, .providerPasswordMD5, .providerPasswordMD5File))
        }
        return problems
    }

    private static let passwordKeys: [ConfigurationKey] = [
        .providerPassword, .providerPasswordFile, .providerPasswordMD5, .providerPasswordMD5File,
    ]

    private var contradictingSecrets: [String] {
        [[.providerUsername, .providerUsernameFile], Self.passwordKeys, [.smppPassword, .smppPasswordFile]].compactMap { keys in
            let set = keys.filter { !isUnset($0) }
            if set.count < 2 { return nil }
            return "Only one of \(set.map { settings.reference(to: $0) }.joined(separator: " and ")) may be set."
        }
    }

    private var basePath: [String] {
        do throws(ProviderURLError) { _ = try ProviderURL(configuration.provider.baseURL, allowPlaintext: true) } catch {
            guard case .endsInSimple = error else { return [] }
            return ["\(settings.reference(to: .providerBaseURL)): \(error.description)."]
        }
        return []
    }

    private var plaintext: [String] {
        guard let address = ProviderAddress(configuration.provider.baseURL), address.isPlaintext else { return [] }
        if address.isLoopback || configuration.provider.allowPlaintext { return [] }
        return [
            "\(settings.reference(to: .providerBaseURL)): plain http to \(address.host) would show credentials and texts to the network; "
                + "use https, or set \(ConfigurationKey.providerAllowPlaintext.environment)=true."
        ]
    }

    private var registry: [String] {
        let registry = configuration.registry
        guard let url = registry.url else { return [] }
        var problems: [String] = []
        if registry.username == nil, !isUnset(.registryPasswordFile) {
            problems.append(
                "\(settings.reference(to: .registryPasswordFile)): whose password it is \(ConfigurationKey.registryUsername.environment) must say."
            )
        }
        if registry.username != nil, let address = ProviderAddress(url), address.isPlaintext, !address.isLoopback {
            problems.append(
                "\(settings.reference(to: .registryURL)): plain http to \(address.host) would show the password to the network; use https.")
        }
        return problems
    }

    private var onUnknown: [String] {
        let send = configuration.send
        guard let floor = send.onUnknownFloor, send.onUnknown.notMilder(than: floor) != send.onUnknown else { return [] }
        return [
            "\(settings.reference(to: .sendOnUnknown)): \(send.onUnknown.name) is milder than "
                + "\(ConfigurationKey.sendOnUnknownFloor.name), \(floor.name)."
        ]
    }

    private var topicNames: [String] {
        let topics = configuration.topics
        let ledgers = Set(topics.allRequests).map(topics.ledger).sorted()
        var seen: Set<String> = []
        let repeated = Set((topics.allRequests + topics.others + ledgers).filter { !seen.insert($0).inserted })
        return repeated.sorted().map { name in
            "\"\(name)\" is named for two purposes; \(ConfigurationKey.topicsRequests.name), \(ConfigurationKey.topicsPriorityRequests.name), "
                + "\(ConfigurationKey.topicsStatus.name), \(ConfigurationKey.topicsDeadLetter.name)"
                + (topics.receipts == nil ? "" : ", \(ConfigurationKey.topicsReceipts.name)") + " and the ledgers are different topics."
        }
            + ledgers.filter { $0.utf8.count > 249 }.map { name in
                "\(ConfigurationKey.topicsLedgerSuffix.name): the ledger's name \"\(name)\" is longer than 249 bytes."
            }
    }

    private var backoff: [String] {
        let send = configuration.send
        if send.backoff <= send.backoffMax { return [] }
        return [
            "\(settings.reference(to: .sendBackoff)): \(ConfigurationDuration.text(send.backoff)) is more than "
                + "\(ConfigurationKey.sendBackoffMax.name), \(ConfigurationDuration.text(send.backoffMax))."
        ]
    }

    private var codes: [String] {
        let provider = configuration.provider
        let lists: [(key: ConfigurationKey, codes: Set<String>)] = [
            (.providerAccountCodes, provider.accountCodes), (.providerCreditCodes, provider.creditCodes),
            (.providerTransientCodes, provider.transientCodes),
        ]
        var problems: [String] = []
        for (index, list) in lists.enumerated() {
            for other in lists[(index + 1)...] {
                for code in list.codes.intersection(other.codes).sorted() {
                    problems.append(
                        "\(settings.reference(to: other.key)): \"\(code)\" is in \(list.key.name) too, and can mean one thing only.")
                }
            }
        }
        return problems
    }

    /// A revocation is answered after the drain and the commit of what it gave; a member that is later than this is put out of the group.
    private var drain: [String] {
        let properties = configuration.kafka.properties
        let drain = configuration.send.drainLimit
        if drain + properties.transactionTimeout < properties.maxPollInterval { return [] }
        return [
            "\(settings.reference(to: .sendDrainLimit)): \(ConfigurationDuration.text(drain)) and the time of a commit "
                + "(\(KafkaProperties.transactionTimeoutKey), \(ConfigurationDuration.text(properties.transactionTimeout))) must stay below "
                + "\(KafkaProperties.maxPollIntervalKey), \(ConfigurationDuration.text(properties.maxPollInterval))."
        ]
    }

    /// A lease is half a session, and its proof counts with two heartbeats in the other half.
    private var heartbeat: [String] {
        let properties = configuration.kafka.properties
        let longest = KafkaTimings.longestHeartbeat(properties.session)
        if KafkaTimings.shortestHeartbeat <= properties.heartbeat, properties.heartbeat <= longest { return [] }
        let place = settings.reference(to: .kafkaPropertiesFile)
        let session = "\(KafkaProperties.sessionKey) (\(properties.session.milliseconds))"
        let shortest = KafkaTimings.shortestHeartbeat.milliseconds
        if longest < KafkaTimings.shortestHeartbeat {
            return [
                "\(place): \(session) must be at least \(4 * shortest), four heartbeats "
                    + "(\(KafkaProperties.heartbeatKey)) of at least \(shortest)."
            ]
        }
        return [
            "\(place): \(KafkaProperties.heartbeatKey) is \(properties.heartbeat.milliseconds); it must be from \(shortest) to "
                + "\(longest.milliseconds), a quarter of \(session)."
        ]
    }

    /// librdkafka would wait for a token that nobody gives it, and no broker would ever answer.
    private var tokens: [String] {
        let properties = configuration.kafka.properties
        let mechanism = properties["sasl.mechanisms"] ?? properties["sasl.mechanism"] ?? ""
        let transport = properties["security.protocol"]?.lowercased() ?? ""
        guard mechanism.uppercased() == "OAUTHBEARER", transport.hasPrefix("sasl_") else { return [] }
        if properties["enable.sasl.oauthbearer.unsecure.jwt"] == "true" { return [] }
        if properties["sasl.oauthbearer.method"]?.lowercased() == "oidc", properties["sasl.oauthbearer.token.endpoint.url"] != nil {
            return []
        }
        return [
            "\(settings.reference(to: .kafkaPropertiesFile)): OAUTHBEARER needs sasl.oauthbearer.method=oidc and "
                + "sasl.oauthbearer.token.endpoint.url, where its tokens come from."
        ]
    }

    func isUnset(_ key: ConfigurationKey) -> Bool { settings[key].value == nil }

    static func missing(_ key: ConfigurationKey, or others: ConfigurationKey...) -> String {
        let alternatives = others.isEmpty ? "" : " (or \(others.map(\.environment).joined(separator: ", ")))"
        return "\(key.name) is required: set \(key.environment)\(alternatives), \(key.flag), or \(key.name) in the configuration file."
    }
}
