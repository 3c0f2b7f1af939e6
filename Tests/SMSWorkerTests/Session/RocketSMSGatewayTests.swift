import EventLoop
import Logging
import Requests
import RocketSMS
import SMSPipeline
import Synchronization
import TestSupport
import Testing

@testable import SMSWorker

@Suite(.timeLimit(.minutes(1))) struct RocketSMSGatewayTests {
    /// A wrong base URL answers every message with a page: none of them was sent, and one line names the address.
    @Test func aPageOfAFrontIsNotSentAndNamesTheAddressOnce() async throws {
        let server = try ScriptedServer { connection in
            while connection.readRequest() != nil { connection.answer("<html>", status: "404 Not Found") }
        }
        let loop = try EventLoop(name: "gateway-test")
        let lines = Lines()
        let log = Logger(label: "worker", system: LoggingSystem(level: .info, format: .text, sink: lines))
        let events = await GatewayRun(loop: loop).submit(20, try configuration(port: server.port), log)
        for event in events {
            guard case .submitted(_, .notSent(_, nil, isAnswer: false)) = event else {
                Issue.record("\(event)")
                continue
            }
        }
        #expect(events.count == 20)
        #expect(lines.all.count == 1)
        #expect(lines.all.allSatisfy { $0.contains("http://127.0.0.1:\(server.port)") && $0.contains("404") })
        try await onThread {
            loop.stop()
            server.stop()
        }
    }

    /// By default a 503 leaves open whether the message was taken; the pause that it asks for holds all the same.
    @Test func theWaitOfA503HoldsThoughItsOutcomeIsUnknown() async throws {
        let server = try ScriptedServer { connection in
            while connection.readRequest() != nil {
                connection.answer("busy", status: "503 Service Unavailable", headers: ["Retry-After: 30"])
            }
        }
        let loop = try EventLoop(name: "gateway-test")
        let log = Logger(label: "worker", system: LoggingSystem(level: .info, format: .text, sink: Lines()))
        let events = await GatewayRun(loop: loop).submit(1, events: 2, try configuration(port: server.port), log)
        guard events.count == 2, case .later(.seconds(30)) = events[0], case .submitted(0, .unknown) = events[1] else {
            Issue.record("\(events)")
            return
        }
        try await onThread {
            loop.stop()
            server.stop()
        }
    }

    private func configuration(port: Int) throws -> RocketSMSClient.Configuration {
        RocketSMSClient.Configuration(
            url: try ProviderURL("http://127.0.0.1:\(port)"), credentials: try RocketSMSCredentials(username: "u", password: "p"))
    }
}

private final class Lines: LogSink {
    private let kept = Mutex<[String]>([])

    var all: [String] { kept.withLock { $0 } }

    func write(line: [UInt8]) { kept.withLock { $0.append(String(decoding: line, as: UTF8.self)) } }
}

/// `@unchecked Sendable`: touched on the loop only.
private final class GatewayRun: @unchecked Sendable {
    private let loop: EventLoop
    private var gateway: RocketSMSGateway?
    private var events: [GatewayEvent] = []

    init(loop: EventLoop) { self.loop = loop }

    /// - Parameter events: that are waited for; nil: one for each submission.
    func submit(
        _ count: Int, events wanted: Int? = nil, _ configuration: RocketSMSClient.Configuration, _ log: Logger
    ) async -> [GatewayEvent] {
        await withCheckedContinuation { continuation in
            loop.execute { [self] in
                guard let client = try? RocketSMSClient(configuration, loop: loop) else { return continuation.resume(returning: []) }
                let gateway = RocketSMSGateway(client, log: log)
                self.gateway = gateway
                gateway.receive = { [self] event in
                    events.append(event)
                    guard events.count == wanted ?? count else { return }
                    loop.schedule(at: loop.now) { [self] in
                        gateway.close()
                        continuation.resume(returning: events)
                    }
                }
                for tag in 0..<count {
                    gateway.submit(
                        Message(phone: Array("375290000000".utf8), text: Array("x".utf8), isTemplate: false, sender: nil), sendAt: nil,
                        isPriority: false, trace: nil, tag: UInt64(tag))
                }
            }
        }
    }
}
