import Testing

@testable import SMPP

@Suite struct ReconnectPolicyTests {
    /// Without chance: half of each wait.
    private func waits(_ count: Int, _ policy: inout ReconnectPolicy, boundFor: Duration? = nil) -> [Duration] {
        (0..<count).map { _ in policy.ended(boundFor: boundFor, refusal: nil, chance: 0) }
    }

    @Test func waitsDoubleUpToAMinute() {
        var policy = ReconnectPolicy()
        let waits = waits(8, &policy)
        #expect(waits == [0.5, 1, 2, 4, 8, 16, 30, 30].map { .seconds($0) })
        let long = policy.ended(boundFor: nil, refusal: nil, chance: 0.999)
        #expect(long > .seconds(59) && long < .seconds(60))
    }

    /// A centre that closes the older bind of two lets each of them live a moment.
    @Test func onlyABindThatLivedAMinuteBeginsANewRow() {
        var policy = ReconnectPolicy()
        let short = waits(4, &policy, boundFor: .seconds(59))
        #expect(short.last == .seconds(4))
        let sound = waits(1, &policy, boundFor: .seconds(60))
        #expect(sound == [.milliseconds(500)])
    }

    @Test func refusedCredentialsAreTriedSeldom() {
        var policy = ReconnectPolicy()
        let first = policy.ended(boundFor: nil, refusal: .credentials, chance: 0)
        let other = ReconnectPolicy()
        #expect(first == .seconds(30) && other.ends == 0)
        var many = ReconnectPolicy()
        let wait = many.ended(boundFor: nil, refusal: .tooManyBinds, chance: 0)
        #expect(wait == .milliseconds(500))
    }
}
