internal import Logging
internal import Requests
internal import SMSPipeline

extension WorkerConfiguration {
    /// Makes the structs of the settings, and checks what no key can check by itself.
    /// - Throws: `ConfigurationError` with all that is wrong.
    init(_ settings: ConfigurationSettings, requiring requirements: ConfigurationRequirements) throws(ConfigurationError) {
        var problems: [String] = []
        var properties = KafkaProperties()
        if let path = settings.text(.kafkaPropertiesFile) { problems += properties.read(path) }
        let isSMPP = settings.isSMPP
        let needsCredentials = requirements.contains(.credentials) || (requirements.contains(.door) && !isSMPP)
        let credentials = needsCredentials ? CredentialSource(settings).read(&problems) : nil
        let password = requirements.contains(.door) && isSMPP ? CredentialSource(settings).readSMPPPassword(&problems) : nil
        smpp = isSMPP ? SMPPSettings(settings, password: password) : nil
        kafka = Kafka(
            bootstrapServers: settings.list(.kafkaBootstrapServers).joined(separator: ","),
            groupID: settings.text(.kafkaGroupID) ?? "",
            instanceID: settings.text(.kafkaInstanceID),
            transactionalStem: settings.text(.kafkaTransactionalStem) ?? "",
            properties: properties,
            startTimeout: settings.duration(.kafkaStartTimeout))
        topics = Topics(
            requests: settings.list(.topicsRequests),
            priorityRequests: settings.list(.topicsPriorityRequests),
            status: settings.text(.topicsStatus) ?? "",
            deadLetter: settings.text(.topicsDeadLetter) ?? "",
            receipts: isSMPP
                ? Topics.Receipts(name: settings.text(.topicsReceipts) ?? "", horizon: settings.duration(.trackHorizon)) : nil,
            ledgerSuffix: settings.text(.topicsLedgerSuffix) ?? "",
            autoCreate: settings.bool(.topicsAutoCreate))
        provider = Provider(
            baseURL: settings.text(.providerBaseURL) ?? "",
            allowPlaintext: settings.bool(.providerAllowPlaintext),
            credentials: credentials,
            requestTimeout: settings.duration(.providerRequestTimeout),
            connectTimeout: settings.duration(.providerConnectTimeout),
            accountCodes: Set(settings.list(.providerAccountCodes)),
            creditCodes: Set(settings.list(.providerCreditCodes)),
            transientCodes: Set(settings.list(.providerTransientCodes)),
            unavailable: settings.text(.providerUnavailable).flatMap(Provider.Unavailable.init) ?? .unknown,
            idleTimeout: settings.duration(.providerIdleTimeout),
            maxParts: settings.integer(.providerMaxParts),
            senderPolicy: settings.text(.providerSenderPolicy).flatMap(SenderList.Policy.init) ?? .allow,
            checkBalance: settings.bool(.providerCheckBalance))
        send = Send(settings)
        track = Track(
            cadence: settings.durations(.trackCadence),
            horizon: settings.duration(.trackHorizon),
            maxInFlight: settings.integer(.trackMaxInFlight))
        dedup = Dedup(window: settings.duration(.dedupWindow), maxEntries: settings.integer(.dedupMaxEntries))
        registry = Registry(
            url: settings.text(.registryURL).map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 },
            username: settings.text(.registryUsername),
            password: requirements == .run ? CredentialSource(settings).readRegistryPassword(&problems) : nil,
            registers: settings.bool(.registryRegister))
        admin = Admin(
            host: settings.text(.adminHost) ?? "", port: settings.integer(.adminPort),
            // Of `run` alone: other commands open no port.
            token: requirements == .run ? CredentialSource(settings).readToken(&problems) : nil)
        traces = Traces(settings, &problems)
        log = Log(
            level: settings.text(.logLevel).flatMap(LogLevel.init) ?? .info,
            format: settings.text(.logFormat).flatMap(LogFormat.init) ?? .json)
        problems += ConfigurationChecks(configuration: self, settings: settings).problems(requiring: requirements)
        if !problems.isEmpty { throw ConfigurationError(problems) }
    }
}

extension WorkerConfiguration.Send {
    init(_ settings: ConfigurationSettings) {
        self.init(
            maxInFlight: settings.integer(.sendMaxInFlight),
            rateLimit: settings.decimal(.sendRateLimit),
            onUnknown: settings.text(.sendOnUnknown).flatMap { UnknownPolicy(name: $0) } ?? .resend,
            onUnknownFloor: settings.text(.sendOnUnknownFloor).flatMap { UnknownPolicy(name: $0) },
            allowedSenders: AllowedSenders(settings.list(.sendAllowedSenders)),
            ordering: settings.text(.sendOrdering).flatMap(Ordering.init) ?? .key,
            maxAttempts: settings.integer(.sendMaxAttempts),
            maxAge: settings.duration(.sendMaxAge),
            backoff: settings.duration(.sendBackoff),
            backoffMax: settings.duration(.sendBackoffMax),
            retryBudget: settings.decimal(.sendRetryBudget),
            schedule: settings.text(.sendSchedule).flatMap(Schedule.init) ?? .provider,
            maxWaiting: settings.integer(.sendMaxWaiting),
            priorityShare: settings.decimal(.sendPriorityShare),
            drainLimit: settings.duration(.sendDrainLimit))
    }
}
