import Connect
import EventLoop
import SMPP
import TestSupport
import Time

/// A link of ours that submits parts, each with its number as text, and keeps all receipts.
///
/// `@unchecked Sendable`: its state is touched on the loop only.
final class CentreClient: LinkOwner, WatchedOnLoop, @unchecked Sendable {
    let loop: EventLoop
    private var link: Link?
    private var toSubmit = 0
    private var submitted: UInt64 = 0
    /// Of accepted parts, by their numbers.
    private(set) var ids: [UInt64: String] = [:]
    private(set) var unknown: [UInt64] = []
    private(set) var reasons: [Ending.Reason] = []
    /// Ids in the texts of receipts.
    private(set) var receipts: [String] = []
    let watchers = LoopWatchers<CentreClient>()

    init(port: Int) async throws {
        loop = try EventLoop(name: "centre-client")
        let connect = ConnectSettings(for: .smpp, to: ConnectTarget(isTLS: false, host: "127.0.0.1", port: port), timeout: .seconds(10))
        let settings = SessionSettings(bind: Bind(.transceiver, systemID: "123456789", password: "simulator"))
        await on { client in
            do { client.link = try Link(loop: client.loop, connect: connect, session: settings) } catch { fatalError("\(error)") }
            client.link?.owner = client
            client.link?.start()
        }
    }

    func submit(_ count: Int) async {
        await on { client in
            client.toSubmit += count
            client.link?.wake()
        }
    }

    func close() async throws {
        await on { $0.link?.close() }
        try await onThread { self.loop.stop() }
    }

    // MARK: On the loop

    func nextPart(for link: Link) -> Part? {
        guard toSubmit > 0 else { return nil }
        toSubmit -= 1
        var message = ShortMessage()
        message.source = Address(ton: 5, "Simulator")
        message.destination = Address(ton: 1, npi: 1, "375291234567")
        message.registeredDelivery = 1
        message.octets = Array("\(submitted)".utf8)
        defer { submitted += 1 }
        return Part(token: submitted, message)
    }

    func link(_ link: Link, _ event: LinkEvent) {
        guard case .session(let event) = event else { return }
        switch event {
        case .answered(let token, let answer, _): if answer.verdict == .accepted { ids[token] = answer.id }
        case .delivery(let delivery):
            if let id = delivery.receipt?.textID { receipts.append(id) }
            link.answer(delivery.handle)
        case .ended(let ending):
            unknown += ending.unknown
            reasons.append(ending.reason)
        default: break
        }
        look()
    }
}
