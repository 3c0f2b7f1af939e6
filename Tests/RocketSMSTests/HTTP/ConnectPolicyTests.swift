import EventLoop
import Testing
import Time

@testable import RocketSMS

/// How many connects may begin.
@Suite struct ConnectPolicyTests {
    private let now = MonotonicInstant(nanoseconds: 1_000_000_000)

    @Test func aHealthyHostGetsAsManyAsAreWantedWithinTheBound() {
        var policy = ConnectPolicy(maximumConnections: 4)
        #expect(policy.connects(waiting: 3, open: 0, at: now) == 3)
        #expect(policy.connects(waiting: 9, open: 1, at: now) == 3)
        policy.began()
        #expect(policy.connects(waiting: 9, open: 1, at: now) == 2)
        #expect(policy.connects(waiting: 1, open: 0, at: now) == 0, "the one that waits has its connect already")
        #expect(policy.connects(waiting: 9, open: 4, at: now) == 0)
    }

    @Test func aFailingHostIsAskedByOneAtATimeAndLater() throws {
        var policy = ConnectPolicy(maximumConnections: 8)
        policy.began()
        policy.began()
        policy.failed(at: now, chance: 0)
        let retryAt = try #require(policy.retryAt)
        #expect(policy.connects(waiting: 8, open: 0, at: retryAt) == 0, "another is under way")
        policy.failed(at: now, chance: 0)
        let later = try #require(policy.retryAt)
        #expect(later > retryAt)
        #expect(policy.connects(waiting: 8, open: 0, at: later - .nanoseconds(1)) == 0)
        #expect(policy.connects(waiting: 8, open: 0, at: later) == 1)
        policy.began()
        #expect(policy.connects(waiting: 8, open: 0, at: later) == 0)
        policy.succeeded()
        #expect(policy.connects(waiting: 8, open: 1, at: later) == 4)
    }

    /// A server that closes after each answer needs a connect for each request; a cold or failing one is not stormed.
    @Test func connectsAtATimeFollowTheirSuccess() {
        var policy = ConnectPolicy(maximumConnections: 64, maximumConnects: 16)
        #expect(policy.connects(waiting: 64, open: 0, at: now) == 4)
        for _ in 0..<20 {
            policy.began()
            policy.succeeded()
        }
        #expect(policy.connects(waiting: 64, open: 0, at: now) == 16)
        #expect(policy.connects(waiting: 3, open: 0, at: now) == 3)
        policy.began()
        policy.failed(at: now, chance: 0)
        policy.began()
        policy.succeeded()
        #expect(policy.connects(waiting: 64, open: 0, at: now) == 5, "from the beginning")
    }

    /// Accepted, and closed before an answer: a few of these mean nothing, many in a row are a host that is down.
    @Test func aHostThatAcceptsAndClosesIsLeftAloneToo() throws {
        var policy = ConnectPolicy(maximumConnections: 8)
        for round in 1...8 {
            #expect(policy.connects(waiting: 8, open: 0, at: now) > 0)
            policy.began()
            policy.succeeded()
            let isFailure = policy.ledNowhere(at: now, chance: 0)
            #expect(isFailure == (round == 8))
        }
        let retryAt = try #require(policy.retryAt)
        #expect(retryAt == now + .milliseconds(50))
        #expect(policy.connects(waiting: 8, open: 0, at: now) == 0)
        policy.began()
        policy.succeeded()
        #expect(policy.connects(waiting: 8, open: 1, at: now) == 0, "a connection is no answer")
        let isFailureAgain = policy.ledNowhere(at: now, chance: 0)
        #expect(isFailureAgain && policy.retryAt == now + .milliseconds(100))
        policy.answered()
        #expect(policy.retryAt == nil && policy.connects(waiting: 8, open: 1, at: now) == 4)
        let isFailureAfterAnAnswer = policy.ledNowhere(at: now, chance: 0)
        #expect(!isFailureAfterAnAnswer, "the count begins anew")
    }

    /// The table of `ConnectPolicy`.
    @Test(arguments: [(1, 50, 100), (2, 100, 200), (4, 400, 800), (7, 2_500, 5_000), (1_000, 2_500, 5_000)])
    func theWaitGrowsUpToABound(failures: Int, least: Int, most: Int) throws {
        for (chance, milliseconds) in [(0.0, least), (1.0, most)] {
            var policy = ConnectPolicy(maximumConnections: 1)
            for _ in 0..<failures {
                policy.began()
                policy.failed(at: now, chance: chance)
            }
            #expect(try #require(policy.retryAt) - now == .milliseconds(milliseconds))
        }
    }
}
