import Testing

@testable import SMSWorker

@Suite struct ConfigurationVersionTests {
    private func problems(_ text: String, _ environment: [String: String] = [:]) throws -> [String] {
        let file = try TemporaryFile(text)
        return configurationProblems(environment, flags: ["--config", file.path])
    }

    @Test(arguments: [#"{}"#, #"{"config.version": 1}"#, #"{"config": {"version": "1"}}"#, #"{"config": {"version": null}}"#])
    func todaysVersionAndNone(text: String) throws {
        #expect(try problems(text).isEmpty)
        #expect(try loadConfiguration().settings[.configVersion].value == .integer(1))
    }

    @Test func aNewerOneIsRefusedByOneSentenceWhateverElseIsNotKnown() throws {
        let found = try problems(#"{"send": {"ofTomorrow": 3, "maxInFlight": "many"}, "config.version": 2}"#)
        try #require(found.count == 1)
        #expect(found[0].hasPrefix("config.version (file "))
        #expect(
            found[0].hasSuffix(
                "): \"2\" is not a version of the configuration that this worker knows (1); run the one that the configuration was written for, or a newer one."
            ))
    }

    @Test func eachPlaceSpeaksForItself() throws {
        #expect(try problems(#"{"config.version": 2}"#, ["CONFIG_VERSION": "1"]).count == 1)
        let found = configurationProblems(["CONFIG_VERSION": "2"], flags: ["--config-version", "1"])
        #expect(found.count == 1 && found.first?.contains("(environment CONFIG_VERSION)") == true)
        #expect(configurationProblems(flags: ["--config-version", "2"]).first?.contains("(flag --config-version)") == true)
    }

    @Test(arguments: ["0", "-1", "1.0", "one", "99999999999999999999"])
    func whatIsNoVersion(text: String) { #expect(configurationProblems(["CONFIG_VERSION": text]).count == 1) }
}
