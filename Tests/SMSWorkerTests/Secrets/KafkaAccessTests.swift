import Testing

@testable import SMSWorker

struct KafkaAccessTests {
    private func access(_ entries: [(key: String, value: String)], fingerprint: Int = 0) -> KafkaAccess {
        KafkaAccess(properties: KafkaProperties(entries), fingerprint: fingerprint)
    }

    private func sasl(_ mechanism: String, _ password: String, user: String = "sms") -> [(key: String, value: String)] {
        [("security.protocol", "SASL_SSL"), ("sasl.mechanism", mechanism), ("sasl.username", user), ("sasl.password", password)]
    }

    @Test(arguments: ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]) func aLivingHandleTakesAPassword(mechanism: String) {
        let old = access(sasl(mechanism, "old"))
        #expect(old.change(to: old) == .nothing)
        #expect(old.change(to: access(sasl(mechanism, "new"))) == .credentials(username: "sms", password: "new"))
        #expect(old.change(to: access(sasl(mechanism, "new", user: "other"))) == .credentials(username: "other", password: "new"))
    }

    @Test func everythingElseNeedsOtherHandles() {
        let old = access(sasl("PLAIN", "old"))
        #expect(old.change(to: access(sasl("SCRAM-SHA-512", "old"))) == .handles)
        #expect(old.change(to: access(sasl("PLAIN", "new"), fingerprint: 1)) == .handles, "a certificate was changed as well")
        #expect(old.change(to: access(sasl("PLAIN", "old").dropLast())) == .handles)
        let token: [(key: String, value: String)] = [("sasl.mechanism", "OAUTHBEARER"), ("sasl.password", "old")]
        #expect(access(token).change(to: access(token.dropLast() + [("sasl.password", "new")])) == .handles)
    }

    /// What the pipeline's times hang on is of the start.
    @Test func onlyWhatSaysWhoWeAreIsTaken() {
        let start = KafkaProperties([("session.timeout.ms", "6000"), ("ssl.key.location", "a"), ("sasl.password", "old")])
        let file = KafkaProperties([("sasl.password", "new"), ("session.timeout.ms", "9000"), ("ssl.ca.location", "b")])
        let next = start.withAccess(of: file)
        #expect(next["session.timeout.ms"] == "6000" && next["sasl.password"] == "new")
        #expect(next["ssl.key.location"] == nil && next["ssl.ca.location"] == "b")
        #expect(next.accessFiles == ["b"])
        #expect(start.withAccess(of: start).withAccess(of: start) == start.withAccess(of: start), "one order of the keys")
    }
}
