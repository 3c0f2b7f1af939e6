import SMSWorker

/// Loads with surroundings that never change.
func load(
    _ environment: [String: String] = [:], flags: [String] = [], requiring requirements: ConfigurationRequirements = [],
    isTerminal: Bool = false
) throws(ConfigurationError) -> LoadedConfiguration {
    let loader = ConfigurationLoader(
        environment: environment, flags: try ConfigurationFlags(flags),
        surroundings: ConfigurationSurroundings(hostName: "pod-3", random: 0xAB, isTerminal: isTerminal))
    return try loader.load(requiring: requirements)
}

/// The sentences that loading ends with; none if it succeeds.
func problems(
    _ environment: [String: String] = [:], flags: [String] = [], requiring requirements: ConfigurationRequirements = []
) -> [String] {
    do {
        _ = try load(environment, flags: flags, requiring: requirements)
        return []
    } catch { return error.sentences }
}
