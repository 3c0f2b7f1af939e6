import Foundation
import Synchronization
import TestSupport
import Testing

@testable import SMPP

/// A part that was offered to a full socket over TLS, which keeps the record and writes it with whatever comes next: it is finished, or dies
/// with its link, whatever becomes of the right to send it.
@Suite(.timeLimit(.minutes(3))) struct FullSocketTests {
    /// Larger than a record: one part is many.
    private static let size = 60_000
    private static let count: UInt64 = 1_000

    /// The text of each part is its number.
    private static func part(_ number: UInt64) -> Part {
        var message = SamplePDUs.submission()
        message.octets = Array("\(number)".utf8)
        message.parameters.append(.payload, [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: size))
        return Part(token: number, message)
    }

    /// A message centre that binds, reads nothing until it may, and then takes all that it reads whole.
    private func run(
        timeout: Duration, answers: Bool = true, _ body: (LinkFixture, _ mayRead: ThreadGate) async throws -> Void,
        _ read: ([UInt64], LinkFixture) async -> Void
    ) async throws {
        let folder = try makeTemporaryFolder("full-socket")
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let files = try TLSFiles(in: folder)
        let numbers = Mutex<[UInt64]>([])
        let (mayRead, isOver) = (ThreadGate(), ThreadGate())
        let server = try ScriptedServer { connection in
            guard connection.number == 0, let stream = TLSConnection(connection, files) else { return }
            let smsc = TinySMSC(stream)
            smsc.bind()
            mayRead.pass()
            while let pdu = smsc.next(), case .submit(let message) = pdu.body {
                guard let number = UInt64(String(decoding: message.octets, as: UTF8.self)) else { continue }
                numbers.withLock { $0.append(number) }
                // An answer to a client that has gone would make the kernel forget what came.
                if answers { smsc.write(PDU(sequence: pdu.sequence, .submitResponse(MessageResponse(id: "\(number)")))) }
            }
            isOver.open()
        }
        let fixture = try await LinkFixture(port: server.port, authorities: files.certificate) {
            $0.window = Int(Self.count)
            $0.responseTimeout = timeout
        }
        await fixture.until { $0.link?.isBound == true }
        await fixture.on { fixture in
            fixture.parts = (0..<Self.count).map(Self.part)
            fixture.link?.wake()
        }
        await fixture.until { !$0.offered.isEmpty }
        try await body(fixture, mayRead)
        try await onThread { isOver.pass() }
        await read(numbers.withLock { $0 }, fixture)
        try await fixture.close()
        try await onThread { server.stop() }
    }

    @Test func aPartThatWasOfferedIsFinishedThoughItsLeaseHasEnded() async throws {
        // The pool that runs the tests may be busy for long.
        try await run(timeout: .seconds(600)) { fixture, mayRead in
            // The lease ends: what was not offered by now never is.
            let offered = await fixture.on { fixture in
                fixture.parts = []
                return fixture.offered
            }
            #expect(offered.count < Self.count && offered == Array(0..<UInt64(offered.count)))
            #expect(await fixture.on { $0.link?.partsUnderWay } == offered.count)
            mayRead.open()
            await fixture.until { $0.answers.count == offered.count }
            #expect(await fixture.on { $0.answers.values.allSatisfy { $0.verdict == .accepted } && $0.endings.isEmpty })
            await fixture.on { $0.link?.leave(within: .seconds(60)) }
        } _: { read, fixture in
            // Each once, in their order, and none behind them.
            #expect(await fixture.on { $0.offered } == read)
        }
    }

    /// Of what left whole nobody can say whether it was taken; of the last one's record the rest is never written.
    @Test func whatWasOfferedDiesWithItsLink() async throws {
        try await run(timeout: .seconds(1), answers: false) { fixture, mayRead in
            await fixture.until { !$0.endings.isEmpty }
            await fixture.on { $0.link?.leave(within: .zero) }
            mayRead.open()
        } _: { read, fixture in
            let (ending, offered, unanswered) = await fixture.on { fixture in
                (
                    fixture.endings[0], fixture.offered,
                    fixture.sessionEvents.compactMap { if case .unanswered(let token) = $0 { token } else { nil } }
                )
            }
            #expect(ending.reason == .blocked && ending.notSent.count == 1 && ending.notSent == [offered[offered.count - 1]])
            #expect((unanswered + ending.unknown).sorted() == Array(offered.dropLast()))
            #expect(read == Array(offered.dropLast()))
        }
    }
}
