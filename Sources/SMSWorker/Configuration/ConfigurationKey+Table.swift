internal import Logging
internal import Requests
internal import SMSPipeline
internal import Time

/// Every key there is. Help, file, environment, flags, `config print` and the loader all go by this table.
extension ConfigurationKey {
    /// Of names, meanings and defaults. It is counted up when one of them changes so that what an operator wrote would mean something else; a
    /// key more is none.
    static let newestVersion = 1

    package static let configVersion = Self(
        "config.version", .version(newest: newestVersion), default: "1",
        "The version of these keys that the configuration is written for; a worker that does not know it refuses to start.")

    package static let kafkaBootstrapServers = Self(
        "kafka.bootstrapServers", .list(.server, atLeast: 1), "Brokers to begin with; a comma list.")
    package static let kafkaGroupID = Self(
        "kafka.groupId", .text(.line), default: "rocketsms-worker", "The consumer group of all workers that share the topics.")
    package static let kafkaInstanceID = Self(
        "kafka.instanceId", .text(.topic),
        "Makes this worker a static member of its group under this id, which no other running worker has; unset: a dynamic member.")
    package static let kafkaTransactionalStem = Self(
        "kafka.transactionalStem", .text(.line), note: "kafka.instanceId, else host name and a random number",
        "What this worker's transactional.id is made of; of one running worker only. A stable one (a pod's name) ends its own past at once. Group and stem together are of one worker in the cluster."
    )
    package static let kafkaPropertiesFile = Self(
        "kafka.propertiesFile", .text(.path), "A Java properties file of librdkafka's own settings: TLS, SASL, tuning.")
    package static let kafkaStartTimeout = Self(
        "kafka.startTimeout", .duration(.seconds(1) ... .seconds(3_600)), default: "60s", "How long to wait for a broker at start.")

    package static let topicsRequests = Self(
        "topics.requests", .list(.topic, atLeast: 1), default: "sms.requests", "Topics of requests in the bulk lane; a comma list.")
    package static let topicsPriorityRequests = Self(
        "topics.priorityRequests", .list(.topic, atLeast: 0), default: "", "Topics of requests in the priority lane; a comma list.")
    package static let topicsStatus = Self("topics.status", .text(.topic), default: "sms.status", "The topic of status events.")
    package static let topicsDeadLetter = Self(
        "topics.deadLetter", .text(.topic), default: "sms.dead-letter", "The topic of records that are no request.")
    package static let topicsLedgerSuffix = Self(
        "topics.ledgerSuffix", .text(.topicSuffix), default: ".ledger", "A request topic's ledger is the topic of its name and this.")
    package static let topicsAutoCreate = Self("topics.autoCreate", .bool, default: "false", "Make topics that are missing at start.")

    package static let providerBaseURL = Self(
        "rocketsms.baseUrl", .text(.baseURL), default: "https://api.rocketsms.by",
        "The provider's API; plain http only for a loopback host, or with rocketsms.allowPlaintext.")
    package static let providerAllowPlaintext = Self(
        "rocketsms.allowPlaintext", .bool, default: "false",
        "Allow plain http to a host that is not loopback: credentials and texts go unprotected.")
    package static let providerUsername = Self("rocketsms.username", .text(.line), isSecret: true, "The account's user name.")
    package static let providerUsernameFile = Self("rocketsms.usernameFile", .text(.path), "A file with the user name.")
    package static let providerPassword = Self(
        "rocketsms.password", .text(.line), isSecret: true,
        "The account's password; on the command line other users of the machine can see it.")
    package static let providerPasswordFile = Self("rocketsms.passwordFile", .text(.path), "A file with the password.")
    package static let providerPasswordMD5 = Self(
        "rocketsms.passwordMd5", .text(.md5), isSecret: true, "The password's MD5 in hexadecimal, instead of it.")
    package static let providerPasswordMD5File = Self("rocketsms.passwordMd5File", .text(.path), "A file with the password's MD5.")
    package static let providerRequestTimeout = Self(
        "rocketsms.requestTimeout", .duration(.milliseconds(100) ... .seconds(300)), default: "15s",
        "How long one request to the provider may take.")
    package static let providerConnectTimeout = Self(
        "rocketsms.connectTimeout", .duration(.milliseconds(100) ... .seconds(60)), default: "5s",
        "How long connecting to the provider may take.")
    package static let providerAccountCodes = Self(
        "rocketsms.accountCodes", .list(.errorCode, atLeast: 0), default: "WRONG_AUTH",
        "The provider's error codes that mean bad credentials: sending pauses; a comma list.")
    package static let providerCreditCodes = Self(
        "rocketsms.creditCodes", .list(.errorCode, atLeast: 0), default: "",
        "The provider's error codes that mean no credit: sending pauses; a comma list.")
    package static let providerTransientCodes = Self(
        "rocketsms.transientCodes", .list(.errorCode, atLeast: 0), default: "",
        "The provider's error codes that mean not sent, try again; a comma list.")
    package static let providerUnavailable = Self(
        "rocketsms.unavailable", .choice(WorkerConfiguration.Provider.Unavailable.allCases.map(\.rawValue)), default: "unknown",
        "What HTTP 503 with Retry-After means; servers in front send it also after the provider had the request.")
    package static let providerIdleTimeout = Self(
        "rocketsms.idleTimeout", .duration(.milliseconds(100) ... .seconds(300)), default: "4s",
        "How long a connection to the provider may rest before it is closed; keep it below the server's own limit.")
    package static let providerMaxParts = Self(
        "rocketsms.maxParts", .integer(0...255), default: "0", "The most SMS parts of a message; a longer one fails unsent; 0: no limit.")
    package static let providerSenderPolicy = Self(
        "rocketsms.senderPolicy", .choice(SenderList.Policy.allCases.map(\.rawValue)), default: "allow",
        "A sender that the provider has not checked and registered, by its own list: allow, warn, or reject (SENDER_NOT_ALLOWED).")
    package static let providerCheckBalance = Self(
        "rocketsms.checkBalance", .bool, default: "true", "Ask for the balance before a message fails for an unexpected refusal.")

    package static let sendMaxInFlight = Self(
        "send.maxInFlight", .integer(1...4_096), default: "64", "Attempts under way at once in this process.")
    package static let sendRateLimit = Self(
        "send.rateLimit", .decimal(0...100_000), default: "0",
        "Requests to the provider a second, over all workers of the group; 0: no limit.")
    package static let sendOnUnknown = Self(
        "send.onUnknown", .choice(UnknownPolicy.allCases.map(\.name)), default: "resend",
        "What follows an attempt whose outcome is unknown.")
    package static let sendOnUnknownFloor = Self(
        "send.onUnknownFloor", .choice(UnknownPolicy.allCases.map(\.name)), note: "none",
        "The mildest policy that a request may ask for: resend is milder than hold, hold than fail.")
    package static let sendAllowedSenders = Self(
        "send.allowedSenders", .list(.sender, atLeast: 0), default: "",
        "Senders that a request may name, others fail with SENDER_NOT_ALLOWED; none: any; a comma list.")
    package static let sendOrdering = Self(
        "send.ordering", .choice(WorkerConfiguration.Send.Ordering.allCases.map(\.rawValue)), default: "key",
        "Whether requests with the same key are attempted in the order of the log.")
    package static let sendMaxAttempts = Self(
        "send.maxAttempts", .integer(1...100), default: "3", "Attempts with unknown outcome before a request fails; each may be an SMS.")
    package static let sendMaxAge = Self(
        "send.maxAge", .duration(.seconds(1) ... .seconds(2_592_000)), default: "24h",
        "How long a request may wait to be accepted before it fails.")
    package static let sendBackoff = Self(
        "send.backoff", .duration(.milliseconds(10) ... .seconds(3_600)), default: "1s", "The first wait before trying again.")
    package static let sendBackoffMax = Self(
        "send.backoffMax", .duration(.milliseconds(10) ... .seconds(86_400)), default: "5m", "The longest wait before trying again.")
    package static let sendRetryBudget = Self(
        "send.retryBudget", .decimal(0...1), default: "0.2", "The share of attempts that may be retries.")
    package static let sendSchedule = Self(
        "send.schedule", .choice(WorkerConfiguration.Send.Schedule.allCases.map(\.rawValue)), default: "provider",
        "Who waits for a request's sendAt: the provider (it cannot be cancelled then), or the worker; over SMPP it is the worker.")
    package static let sendMaxWaiting = Self(
        "send.maxWaiting", .integer(1...10_000_000), default: "10000",
        "Requests waiting in this process before its partitions pause; one that waits for its sendAt counts as a tenth.")
    package static let sendPriorityShare = Self(
        "send.priorityShare", .decimal(0...0.9), default: "0.2", "The share of the rate kept for the priority lane.")
    package static let sendDrainLimit = Self(
        "send.drainLimit", .duration(.zero ... .seconds(3_600)), note: "rocketsms.requestTimeout, over SMPP smpp.responseTimeout",
        "How long running attempts may finish when partitions are revoked, and at the end.")

    package static let trackCadence = Self(
        "track.cadence", .durations(.milliseconds(100) ... .seconds(86_400)), default: "2s,5s,15s,60s,5m,1h",
        "Waits before the status polls of a message; the last repeats; a comma list.")
    package static let trackHorizon = Self(
        "track.horizon", .duration(.seconds(1) ... .seconds(2_592_000)), default: "72h", "How long a message is tracked.")
    package static let trackMaxInFlight = Self(
        "track.maxInFlight", .integer(1...4_096), default: "32", "Status polls under way at once in this process.")

    package static let dedupWindow = Self(
        "dedup.window", .duration(.zero ... .seconds(2_592_000)), default: "24h", "How long the id of a closed request is remembered.")
    package static let dedupMaxEntries = Self(
        "dedup.maxEntries", .integer(0...100_000_000), default: "1000000", "The most ids of closed requests remembered for a partition.")

    package static let registryURL = Self(
        "schemaRegistry.url", .text(.baseURL),
        "A schema registry: status events get Confluent's frame with the id that it has for their schema; unset: JSON without a frame.")
    package static let registryUsername = Self("schemaRegistry.username", .text(.line), "Who asks the registry; unset: nobody says.")
    package static let registryPasswordFile = Self("schemaRegistry.passwordFile", .text(.path), "A file with the registry's password.")
    package static let registryRegister = Self(
        "schemaRegistry.register", .bool, default: "true", "Make the schema known to the registry at start; false: it must know it.")

    package static let adminHost = Self(
        "admin.host", .text(.host), default: "127.0.0.1", "Where /livez, /readyz, /metrics and the status page are served.")
    package static let adminPort = Self("admin.port", .integer(0...65_535), default: "8080", "Their port; 0: any free one.")
    package static let adminTokenFile = Self(
        "admin.tokenFile", .text(.path), "A file with the bearer token that everything but /livez and /readyz asks for; unset: none.")

    package static let otelEndpoint = Self(
        "otel.exporterOtlpEndpoint", .text(.baseURL),
        "The collector (OTLP over HTTP) that gets spans of requests whose traceparent is sampled; unset: none are made.")
    package static let otelProtocol = Self(
        "otel.exporterOtlpProtocol", .choice(OTLPRequest.Form.allCases.map(\.rawValue)), default: "http/protobuf", "The form of the spans.")
    package static let otelHeaders = Self(
        "otel.exporterOtlpHeaders", .text(.line), isSecret: true, "Headers for the collector: name=value, percent-encoded; a comma list.")
    package static let otelTimeout = Self(
        "otel.exporterOtlpTimeout", .integer(100...60_000), default: "10000", "How many milliseconds the collector may take.")
    package static let otelServiceName = Self(
        "otel.serviceName", .text(.line), default: "rocketsms-worker", "The service.name of the spans.")
    package static let otelResourceAttributes = Self(
        "otel.resourceAttributes", .text(.line), "What else describes this process in its spans: name=value; a comma list.")

    package static let logLevel = Self(
        "log.level", .word(LogLevel.allCases.map(\.rawValue), aliases: ["warn": "warning"]), default: "info",
        "The least level that is logged.")
    package static let logFormat = Self(
        "log.format", .word(LogFormat.allCases.map(\.rawValue), aliases: [:]), note: "text on a terminal, else json", "How a line looks.")

    /// In the order of help and `config print`.
    package static let all: [ConfigurationKey] = [
        configVersion,
        kafkaBootstrapServers, kafkaGroupID, kafkaInstanceID, kafkaTransactionalStem, kafkaPropertiesFile, kafkaStartTimeout,
        topicsRequests, topicsPriorityRequests, topicsStatus, topicsDeadLetter, topicsReceipts, topicsLedgerSuffix, topicsAutoCreate,
        providerTransport,
        providerBaseURL, providerAllowPlaintext, providerUsername, providerUsernameFile, providerPassword, providerPasswordFile,
        providerPasswordMD5, providerPasswordMD5File, providerRequestTimeout, providerConnectTimeout, providerAccountCodes,
        providerCreditCodes,
        providerTransientCodes, providerUnavailable, providerIdleTimeout, providerMaxParts, providerSenderPolicy,
        providerCheckBalance,
        smppHost, smppPort, smppTLS, smppSystemID, smppPassword, smppPasswordFile, smppSystemType, smppBind, smppWindow,
        smppEnquireInterval, smppResponseTimeout, smppSource, smppDestination, smppDataCoding, smppConcatenation, smppMessageIDFormat,
        smppUnknownStatuses, smppReceiptAddress,
        sendMaxInFlight, sendRateLimit, sendOnUnknown, sendOnUnknownFloor, sendAllowedSenders, sendOrdering, sendMaxAttempts, sendMaxAge,
        sendBackoff, sendBackoffMax,
        sendRetryBudget,
        sendSchedule, sendMaxWaiting, sendPriorityShare, sendDrainLimit,
        trackCadence, trackHorizon, trackMaxInFlight,
        dedupWindow, dedupMaxEntries,
        registryURL, registryUsername, registryPasswordFile, registryRegister,
        adminHost, adminPort, adminTokenFile,
        otelEndpoint, otelProtocol, otelHeaders, otelTimeout, otelServiceName, otelResourceAttributes,
        logLevel, logFormat,
    ]

    static let secretFiles: Set<ConfigurationKey> = [
        kafkaPropertiesFile, providerUsernameFile, providerPasswordFile, providerPasswordMD5File, adminTokenFile,
        registryPasswordFile, smppPasswordFile,
    ]

    private static let byEnvironment = Dictionary(uniqueKeysWithValues: all.map { ($0.environment, $0) })

    package static func named(environment: String) -> ConfigurationKey? { byEnvironment[environment] }

    /// By its name in the file.
    package static func named(_ name: String) -> ConfigurationKey? {
        name.contains("_") ? nil : byEnvironment[environment(of: name)]
    }

    /// By `--kafka-bootstrap-servers`.
    package static func named(flag: String) -> ConfigurationKey? {
        guard flag.hasPrefix("--"), !flag.contains("_"), flag == flag.lowercased() else { return nil }
        return byEnvironment[flag.dropFirst(2).uppercased().replacing("-", with: "_")]
    }
}
