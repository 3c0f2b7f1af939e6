import Testing

@testable import SMSWorker

struct SecretWatchTests {
    private let old = Credentials(username: "u", password: .plain("old"))
    private let new = Credentials(username: "u", password: .plain("new"))

    @Test func eachSecretIsTakenByItself() {
        var watch = SecretWatch(credentials: old, token: AdminToken("old-token"), access: KafkaAccess(properties: KafkaProperties()))
        let looks = SecretWatch.Looks(credentials: .found(new), token: .wrong("the token is cut"), access: .found(access))
        let token = SecretWatch.Looks(token: .found(AdminToken("new-token")))
        let said = [looks, looks, looks, token, token].map { watch.saw($0) }
        #expect(said[1] == [.credentials(new), .complain("the token is cut"), .access(access)])
        #expect(said[4] == [.token(AdminToken("new-token"))])
        #expect(said[0].isEmpty && said[2].isEmpty && said[3].isEmpty)
    }

    @Test func overSMPPItIsThePassword() {
        var watch = SecretWatch(
            credentials: nil, smppPassword: SecretText("old"), token: nil, access: KafkaAccess(properties: KafkaProperties()))
        let looks = SecretWatch.Looks(smppPassword: .found(SecretText("new")))
        #expect([looks, looks, looks].map { watch.saw($0) } == [[], [.smppPassword(SecretText("new"))], []])
    }

    private var access: KafkaAccess { KafkaAccess(properties: KafkaProperties([("sasl.password", "new")])) }
}
