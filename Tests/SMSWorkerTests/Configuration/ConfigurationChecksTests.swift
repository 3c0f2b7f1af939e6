import Testing

@testable import Requests
@testable import SMSPipeline
@testable import SMSWorker

@Suite struct ConfigurationChecksTests {
    @Test func plaintextOnlyToThisMachineOrWhenAllowed() {
        #expect(configurationProblems(["ROCKETSMS_BASE_URL": "http://127.0.0.1:8081"]) == [])
        #expect(configurationProblems(["ROCKETSMS_BASE_URL": "http://example.com", "ROCKETSMS_ALLOW_PLAINTEXT": "true"]) == [])
        let found = configurationProblems(["ROCKETSMS_BASE_URL": "http://example.com"])
        #expect(found.count == 1)
        #expect(found.first?.contains("ROCKETSMS_ALLOW_PLAINTEXT") == true && found.first?.contains("example.com") == true)
    }

    @Test func onePasswordOnly() throws {
        let found = configurationProblems(["ROCKETSMS_PASSWORD": "hunter2", "ROCKETSMS_PASSWORD_MD5": String(repeating: "a", count: 32)])
        #expect(
            found == [
                "Only one of rocketsms.password (environment ROCKETSMS_PASSWORD) and rocketsms.passwordMd5 (environment ROCKETSMS_PASSWORD_MD5) may be set."
            ])
        #expect(configurationProblems(["ROCKETSMS_USERNAME": "a", "ROCKETSMS_USERNAME_FILE": "/x"]).count == 1)
        #expect(configurationProblems(["ROCKETSMS_PASSWORD": "a", "ROCKETSMS_PASSWORD_FILE": "/x"]).count == 1)
        #expect(configurationProblems(["ROCKETSMS_PASSWORD": "", "ROCKETSMS_PASSWORD_MD5": String(repeating: "a", count: 32)]) == [])
    }

    @Test func topicsAreDifferent() {
        for environment in [
            ["TOPICS_REQUESTS": "a,a"], ["TOPICS_REQUESTS": "a", "TOPICS_PRIORITY_REQUESTS": "a"], ["TOPICS_STATUS": "sms.requests"],
            ["TOPICS_STATUS": "x", "TOPICS_DEAD_LETTER": "x"], ["TOPICS_STATUS": "sms.requests.ledger"],
            ["TOPICS_REQUESTS": "a", "TOPICS_PRIORITY_REQUESTS": "a.ledger"],
        ] {
            let found = configurationProblems(environment)
            #expect(found.count == 1 && found.first?.contains("two purposes") == true, "\(environment)")
        }
        #expect(configurationProblems(["TOPICS_REQUESTS": String(repeating: "a", count: 245)]).first?.contains("longer than 249") == true)
        #expect(configurationProblems(["TOPICS_REQUESTS": String(repeating: "a", count: 242)]) == [])
    }

    @Test func backoffRises() {
        #expect(configurationProblems(["SEND_BACKOFF": "10m"]).first?.contains("send.backoffMax, 5m") == true)
        #expect(configurationProblems(["SEND_BACKOFF": "5m"]) == [])
    }

    @Test func anErrorCodeMeansOneThing() {
        #expect(configurationProblems(["ROCKETSMS_CREDIT_CODES": "WRONG_AUTH"]).count == 1)
        #expect(configurationProblems(["ROCKETSMS_CREDIT_CODES": "A,B", "ROCKETSMS_TRANSIENT_CODES": "B,C,A"]).count == 2)
    }

    @Test func drainAndCommitStayBelowThePollInterval() throws {
        #expect(configurationProblems(["SEND_DRAIN_LIMIT": "289s"]) == [])
        #expect(configurationProblems(["SEND_DRAIN_LIMIT": "290s"]).first?.contains("max.poll.interval.ms, 5m") == true)
        let file = try TemporaryFile("max.poll.interval.ms=30000\ntransaction.timeout.ms=20000\n")
        #expect(configurationProblems(["KAFKA_PROPERTIES_FILE": file.path, "SEND_DRAIN_LIMIT": "9s"]) == [])
        #expect(configurationProblems(["KAFKA_PROPERTIES_FILE": file.path, "SEND_DRAIN_LIMIT": "10s"]).count == 1)
        #expect(configurationProblems(["KAFKA_PROPERTIES_FILE": file.path]).count == 1)
    }
}
