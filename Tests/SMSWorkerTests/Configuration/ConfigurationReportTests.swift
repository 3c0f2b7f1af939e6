import Foundation
import Testing

@testable import Requests
@testable import SMSPipeline
@testable import SMSWorker

@Suite struct ConfigurationReportTests {
    private func loaded() throws -> (LoadedConfiguration, TemporaryFile) {
        let file = try TemporaryFile(#"{"send": {"backoff": "2s"}, "topics": {"requests": ["a", "b"]}}"#)
        let loaded = try loadConfiguration(
            ["ROCKETSMS_PASSWORD": "hunter2", "SEND_RATE_LIMIT": "2.5"], flags: ["--config", file.path, "--admin-port", "0"])
        return (loaded, file)
    }

    @Test func text() throws {
        let (loaded, file) = try loaded()
        let rows = ConfigurationReport(loaded.settings).text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(rows.count == ConfigurationKey.all.count + 1)
        #expect(rows.contains(["send.backoff", "2s", "file", file.path]))
        #expect(rows.contains(["send.rateLimit", "2.5", "environment", "SEND_RATE_LIMIT"]))
        #expect(rows.contains(["admin.port", "0", "flag", "--admin-port"]))
        #expect(rows.contains(["rocketsms.password", "***", "environment", "ROCKETSMS_PASSWORD"]))
        #expect(rows.contains(["rocketsms.passwordMd5", "-", "default"]))
        #expect(rows.contains(["rocketsms.creditCodes", "none", "default"]))
        #expect(rows.contains(["send.drainLimit", "15s", "default"]))
        #expect(rows.contains(["topics.requests", "a,b", "file", file.path]))
    }

    @Test func json() throws {
        let (loaded, file) = try loaded()
        let bytes = ConfigurationReport(loaded.settings).json
        let object = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: [String: Any]])
        #expect(object.count == ConfigurationKey.all.count)
        #expect(object["send.rateLimit"]?["value"] as? Double == 2.5)
        #expect(object["send.rateLimit"]?["origin"] as? String == "environment")
        #expect(object["admin.port"]?["value"] as? Int == 0)
        #expect(object["topics.requests"]?["value"] as? [String] == ["a", "b"])
        #expect(object["topics.requests"]?["file"] as? String == file.path)
        #expect(object["track.cadence"]?["value"] as? [String] == ["2s", "5s", "15s", "1m", "5m", "1h"])
        #expect(object["topics.autoCreate"]?["value"] as? Bool == false)
        #expect(object["rocketsms.password"]?["value"] as? String == "***")
        #expect(object["kafka.instanceId"]?["value"] is NSNull)
    }

    /// What is printed, put back as a file, gives the same configuration.
    @Test func theValuesReadBack() throws {
        let (loaded, _) = try loaded()
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(ConfigurationReport(loaded.settings).json)) as? [String: [String: Any]])
        let values = object.compactMapValues { $0["value"] }.filter { !$0.key.contains("password") }
        let file = try TemporaryFile(try JSONSerialization.data(withJSONObject: values))
        #expect(try loadConfiguration(flags: ["--config", file.path]).configuration == loaded.configuration)
    }
}
