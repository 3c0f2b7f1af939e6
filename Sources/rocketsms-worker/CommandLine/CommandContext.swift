internal import Logging
internal import SMSWorker

/// What surrounds a command that runs.
struct CommandContext: Sendable {
    let console: Console
    let environment: [String: String]
    let flags: ConfigurationFlags

    /// Reads the configuration, and sets up the log with it.
    ///
    /// - Parameter defaults: other ones than the table's.
    /// - Throws: `ConfigurationError`.
    func load(
        requiring requirements: ConfigurationRequirements, defaults: [ConfigurationKey: String] = [:]
    ) throws(ConfigurationError) -> LoadedConfiguration {
        let loader = ConfigurationLoader(environment: environment, flags: flags, defaults: defaults)
        let loaded = try loader.load(requiring: requirements)
        LoggingSystem.bootstrap(level: loaded.configuration.log.level, format: loaded.configuration.log.format)
        let log = Logger(label: "configuration")
        for warning in loaded.warnings { log.warning("\(warning)") }
        return loaded
    }
}
