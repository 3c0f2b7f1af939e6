internal import Requests
internal import SMSPipeline

/// Reads defaults, file, environment and flags, in rising order of precedence.
///
///     let flags = try ConfigurationFlags(arguments)
///     let loaded = try ConfigurationLoader(environment: environment, flags: flags).load(requiring: .run)
package struct ConfigurationLoader: Sendable {
    package var environment: [String: String]
    package var flags: ConfigurationFlags
    /// Other defaults than the table's, as text.
    package var defaults: [ConfigurationKey: String]
    package var surroundings: ConfigurationSurroundings

    package init(
        environment: [String: String], flags: ConfigurationFlags = ConfigurationFlags(), defaults: [ConfigurationKey: String] = [:],
        surroundings: ConfigurationSurroundings = .current
    ) {
        self.environment = environment
        self.flags = flags
        self.defaults = defaults
        self.surroundings = surroundings
    }

    /// - Throws: `ConfigurationError` with all that is wrong.
    package func load(requiring requirements: ConfigurationRequirements) throws(ConfigurationError) -> LoadedConfiguration {
        var settings = ConfigurationSettings()
        var problems: [String] = []
        func set(_ key: ConfigurationKey, _ text: String, _ origin: ConfigurationOrigin) {
            if let problem = settings.set(key, to: text, from: origin) { problems.append(problem) }
        }
        for key in ConfigurationKey.all {
            if let text = defaults[key] ?? key.defaultText { set(key, text, .standard) }
        }
        if let file = flags.file { problems += ConfigurationFile.apply(file, to: &settings) }
        for key in ConfigurationKey.all {
            if let text = environment[key.environment] { set(key, text, .environment) }
        }
        for key in ConfigurationKey.all {
            if let text = flags.values[key] { set(key, text, .flag) }
        }
        if let sentence = settings.refusedVersion { throw ConfigurationError(sentence) }
        if !problems.isEmpty { throw ConfigurationError(problems) }
        complete(&settings)
        let configuration = try WorkerConfiguration(settings, requiring: requirements)
        let ofRun = KafkaTransport(kafka: configuration.kafka).warnings + configuration.smppWarnings
        return LoadedConfiguration(
            configuration: configuration, settings: settings, warnings: warnings + (requirements == .run ? ofRun : []))
    }

    /// The defaults that follow from other values or from the machine.
    private func complete(_ settings: inout ConfigurationSettings) {
        func setDefault(_ key: ConfigurationKey, _ value: ConfigurationValue?) {
            if settings[key].value == nil { settings[key] = .init(value: value, origin: .standard) }
        }
        setDefault(.sendDrainLimit, settings[settings.isSMPP ? .smppResponseTimeout : .providerRequestTimeout].value)
        if settings.isSMPP, settings[.sendSchedule].origin == .standard {
            settings[.sendSchedule].value = .text(WorkerConfiguration.Send.Schedule.worker.rawValue)
        }
        let suffix = String(surroundings.random, radix: 16)
        let random = "\(surroundings.hostName)-\(String(repeating: "0", count: 8 - suffix.count))\(suffix)"
        setDefault(.kafkaTransactionalStem, settings[.kafkaInstanceID].value ?? .text(random))
        setDefault(.logFormat, .text(surroundings.isTerminal ? "text" : "json"))
    }

    private var warnings: [String] {
        let known = ConfigurationKey.all.map(\.environment)
        return environment.keys.sorted().compactMap { name in
            guard ConfigurationKey.named(environment: name) == nil, let meant = Spelling.likelySlip(of: name, among: known) else {
                return nil
            }
            return "The environment variable \(name) is not a key and says nothing. Did you mean \(meant)?"
        }
    }
}
