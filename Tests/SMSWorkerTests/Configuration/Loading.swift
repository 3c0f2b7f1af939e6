import SMSWorker

@testable import Requests
@testable import SMSPipeline

/// Loads with surroundings that never change.
func loadConfiguration(
    _ environment: [String: String] = [:], flags: [String] = [], requiring requirements: ConfigurationRequirements = [],
    isTerminal: Bool = false
) throws(ConfigurationError) -> LoadedConfiguration {
    let loader = ConfigurationLoader(
        environment: environment, flags: try ConfigurationFlags(flags),
        surroundings: ConfigurationSurroundings(hostName: "pod-3", random: 0xAB, isTerminal: isTerminal))
    return try loader.load(requiring: requirements)
}

/// The sentences that loading ends with; none if it succeeds.
func configurationProblems(
    _ environment: [String: String] = [:], flags: [String] = [], requiring requirements: ConfigurationRequirements = []
) -> [String] {
    do {
        _ = try loadConfiguration(environment, flags: flags, requiring: requirements)
        return []
    } catch { return error.sentences }
}
