import Testing
import Time

@testable import Requests
@testable import SMSPipeline
@testable import SMSWorker

@Suite struct ConfigurationFileTests {
    private func problems(_ text: String) throws -> [String] {
        let file = try TemporaryFile(text)
        return configurationProblems(flags: ["--config", file.path])
    }

    @Test func commentsNestingDotsAndTypes() throws {
        let file = try TemporaryFile(
            """
            {
              // brokers
              "kafka": { "bootstrapServers": ["a:1", "b:2"], "groupID": "g", },
              "send.maxInFlight": 5, /* dotted */
              "send": { "rateLimit": 12.5, "ordering": "none", "backoff": "250ms" },
              "topics": { "autoCreate": true, "requests": "r1, r2", "status": null },
              "track": { "cadence": ["1s", "2m"], "maxInFlight": "9" },
            }
            """)
        let configuration = try loadConfiguration(flags: ["--config=\(file.path)"]).configuration
        #expect(configuration.kafka.bootstrapServers == "a:1,b:2")
        #expect(configuration.kafka.groupID == "g")
        #expect(configuration.send.maxInFlight == 5)
        #expect(configuration.send.rateLimit == 12.5)
        #expect(configuration.send.ordering == .none)
        #expect(configuration.send.backoff == .milliseconds(250))
        #expect(configuration.topics.autoCreate)
        #expect(configuration.topics.requests == ["r1", "r2"])
        #expect(configuration.topics.status == "sms.status")
        #expect(configuration.track.cadence == [.seconds(1), .seconds(120)])
        #expect(configuration.track.maxInFlight == 9)
    }

    @Test func aByteOrderMarkIsSkippedAndUTF16IsNamed() throws {
        #expect(try problems("\u{FEFF}{}").isEmpty)
        let file = try TemporaryFile([0xFF, 0xFE] + "{}".utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] })
        #expect(configurationProblems(flags: ["--config", file.path]).first?.contains("UTF-16") == true)
    }

    @Test func anUnknownKeyIsNamedWithASuggestionAndNeverItsValue() throws {
        let found = try problems(#"{"rocketsms": {"pasword": "hunter2"}, "nonsense": {"deep": {"er": "hunter2"}}, "x": "hunter2"}"#)
        #expect(found.count == 3)
        #expect(found[0].hasPrefix("rocketsms.pasword (file ") && found[0].hasSuffix("is not a key. Did you mean rocketsms.password?"))
        #expect(found[1].hasPrefix("nonsense.deep.er "))
        #expect(!found.joined().contains("hunter2"))
        #expect(try problems(#"{"KAFKA_GROUP_ID": "g"}"#).count == 1)
    }

    @Test func aSecretOfTheWrongShapeIsNotShown() throws {
        let found = try problems(#"{"rocketsms": {"passwordMd5": "hunter2", "password": "hun\nter2", "username": 375291234567}}"#)
        #expect(found.count == 3)
        #expect(found.allSatisfy { $0.contains("rocketsms.") && !$0.contains("hun") && !$0.contains("3752") })
        let url = try problems(#"{"rocketsms": {"baseUrl": "https://user:hunter2@x"}}"#)
        #expect(url.count == 1 && !url.joined().contains("hunter2"))
    }

    @Test(arguments: [
        (#"{"send": {"maxInFlight": true}}"#, "a number"), (#"{"kafka": {"groupId": 5}}"#, "a string in quotes"),
        (#"{"topics": {"autoCreate": 1}}"#, "true or false"), (#"{"topics": {"requests": ["a", 1]}}"#, "an array of strings"),
        (#"{"topics": {"requests": ["a,b"]}}"#, "an array of strings"), (#"{"send": {"backoff": 5}}"#, "a duration"),
        (#"{"send": {"maxInFlight": {"x": 1}}}"#, "a number"), (#"{"send": {"maxInFlight": 1.5}}"#, "whole number"),
        (#"{"send": {"maxInFlight": 1e1}}"#, "whole number"),
    ])
    func otherTypesAreRefused(text: String, form: String) throws {
        let found = try problems(text)
        #expect(found.count == 1)
        #expect(found.first?.contains(form) == true, "\(found)")
    }

    @Test func theSameKeyTwice() throws {
        #expect(try problems(#"{"kafka.groupId": "a", "kafka": {"groupID": "b"}}"#).first?.contains("twice") == true)
        #expect(try problems(#"{"kafka": {"groupId": "a", "groupId": "b"}}"#).first?.contains("line 1, column 38") == true)
    }

    @Test func aFileThatIsNoConfiguration() throws {
        #expect(try problems("{\n \"kafka\": x\n}").first?.contains("line 2, column 11: expected a value") == true)
        #expect(try problems("[]").first?.contains("one JSON object") == true)
        #expect(try problems("").first?.contains("ends where") == true)
        #expect(
            configurationProblems(flags: ["--config", "/nonexistent/x.json"]).first?.contains(
                "/nonexistent/x.json cannot be read: No such file") == true)
        #expect(configurationProblems(flags: ["--config", "/tmp"]).first?.contains("cannot be read") == true)
        #expect(try problems(String(repeating: " ", count: 1_048_577)).first?.contains("larger than") == true)
        #expect(try problems("{}") == [])
    }
}
