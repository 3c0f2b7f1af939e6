import EventLoop
import RocketSMS
import TestSupport
import Testing

@testable import Requests
@testable import SMSWorker

@Suite(.timeLimit(.minutes(1))) struct ProviderClientTests {
    /// All that may be under way at once finds room in a pool without a connection: connects come four at a time, and a refusal of our own
    /// pool would count as the provider's failure.
    @Test func aBurstOnAColdPoolWaitsForItsConnections() async throws {
        let configuration = try loadConfiguration(
            [
                "ROCKETSMS_BASE_URL": "http://127.0.0.1:\(FreePort.next())", "ROCKETSMS_USERNAME": "u", "ROCKETSMS_PASSWORD": "p",
                "SEND_MAX_IN_FLIGHT": "1500", "TRACK_MAX_IN_FLIGHT": "100",
            ], requiring: .credentials
        ).configuration
        let loop = try EventLoop(name: "provider-client-test")
        let burst = Burst(try RocketSMSClient(try configuration.providerClient(), loop: loop))
        let outcomes = await burst.outcomes(1_600, on: loop)
        #expect(outcomes.count { $0 == .notSent(.tooManyWaiting, retryAfter: nil) } == 0)
        try await onThread { loop.stop() }
    }
}

/// `@unchecked Sendable`: touched on the loop only.
private final class Burst: @unchecked Sendable {
    private let client: RocketSMSClient
    private var outcomes: [SendOutcome] = []

    init(_ client: RocketSMSClient) { self.client = client }

    func outcomes(_ count: Int, on loop: EventLoop) async -> [SendOutcome] {
        await withCheckedContinuation { continuation in
            loop.execute { [self] in
                client.receive = { [self] _, reply in
                    guard case .send(let outcome) = reply else { return }
                    outcomes.append(outcome)
                    guard outcomes.count == count else { return }
                    loop.schedule(at: loop.now) { [self] in
                        client.close()
                        continuation.resume(returning: outcomes)
                    }
                }
                for tag in 0..<count { client.send(SendMessage(phone: "375290000000", text: "x"), tag: UInt64(tag)) }
            }
        }
    }
}
