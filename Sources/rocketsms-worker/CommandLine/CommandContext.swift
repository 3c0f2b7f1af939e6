internal import Logging
internal import Requests
internal import SMSPipeline
internal import SMSWorker

/// What surrounds a command that runs.
struct CommandContext: Sendable {
    let console: Console
    let environment: [String: String]
    /// Variables of the environment that are no UTF-8.
    var unreadable: Set<String> = []
    let flags: ConfigurationFlags

    /// Reads the configuration, and sets up the log with it.
    ///
    /// - Parameters:
    ///   - defaults: other ones than the table's.
    ///   - least: a command that is not a service speaks through its output, and logs what is wrong.
    /// - Throws: `ConfigurationError`.
    func load(
        requiring requirements: ConfigurationRequirements, defaults: [ConfigurationKey: String] = [:], logsFrom least: LogLevel = .warning
    ) throws(ConfigurationError) -> LoadedConfiguration {
        let unreadable = unreadable.filter { ConfigurationKey.named(environment: $0) != nil }.sorted()
        if !unreadable.isEmpty { throw ConfigurationError(unreadable.map { "The environment variable \($0) is not UTF-8." }) }
        let loader = ConfigurationLoader(environment: environment, flags: flags, defaults: defaults)
        let loaded = try loader.load(requiring: requirements)
        LoggingSystem.bootstrap(level: max(least, loaded.configuration.log.level), format: loaded.configuration.log.format)
        let log = Logger(label: "configuration")
        for warning in loaded.warnings { log.warning("\(warning)") }
        return loaded
    }
}
