import Testing

@testable import Requests
@testable import SMSPipeline
@testable import SMSWorker

@Suite struct ConfigurationFlagsTests {
    @Test func takesItsOwnAndLeavesTheRest() throws {
        let flags = try ConfigurationFlags([
            "run", "--config", "c.json", "--json", "--kafka-group-id=a=b", "--topics-auto-create", "--send-backoff", "2s",
            "--rocketsms-check-balance", "false",
            "--id", "x", "--", "--admin-port", "1",
        ])
        #expect(flags.file == "c.json")
        #expect(flags.values == [.kafkaGroupID: "a=b", .topicsAutoCreate: "true", .sendBackoff: "2s", .providerCheckBalance: "false"])
        #expect(flags.rest == ["run", "--json", "--id", "x", "--", "--admin-port", "1"])
        #expect(try ConfigurationFlags(["--topics-auto-create", "--json"]).values == [.topicsAutoCreate: "true"])
        #expect(try ConfigurationFlags(["--topics-priority-requests="]).values == [.topicsPriorityRequests: ""])
    }

    @Test(arguments: [
        ["--admin-port"], ["--admin-port", "--json"], ["--config"], ["--admin-port", "1", "--admin-port=2"],
        ["--config", "a", "--config", "b"],
    ])
    func refused(arguments: [String]) {
        #expect(throws: ConfigurationError.self) { try ConfigurationFlags(arguments) }
    }

    @Test func anUnknownFlagIsNamedWithoutItsValue() {
        #expect(
            ConfigurationFlags.unknown("--rocketsms-pasword=hunter2").description
                == "--rocketsms-pasword is not a flag. Did you mean --rocketsms-password?")
        #expect(ConfigurationFlags.unknown("--from-begining", known: ["--from-beginning"]).description.contains("--from-beginning?"))
        #expect(ConfigurationFlags.unknown("--wholly-other").description == "--wholly-other is not a flag.")
    }
}
