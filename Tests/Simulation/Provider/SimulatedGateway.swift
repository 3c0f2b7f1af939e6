import EventLoop
import Requests
import RocketSMS
import RocketSMSSimulator
import SMSPipeline
import SMSWorker
import Time

/// A worker's way to the provider: the client's bytes and answers, without a socket.
final class SimulatedGateway: ProviderGateway {
    var mayBegin: (UInt64) -> Bool = { _ in false }
    var receive: (GatewayEvent) -> Void = { _ in }
    let mustPoll = true

    private let world: World
    private let options: Options
    private let provider: ProviderSide
    /// Lets something happen on the process' side, if it lives, when it runs.
    private let deliver: (@escaping () -> Void) -> Void
    /// Stops the process for a while.
    private let freeze: (Duration) -> Void
    private let judge: Judge
    private unowned let process: SimulatedProcess
    private let encoder: RequestEncoder
    private let decoder: ReplyDecoder

    /// One call: answered once.
    private final class Exchange {
        let request: ProviderRequest
        let tag: UInt64
        var isOpen = true
        var hasBegun = false
        var timeout: World.Item?

        init(_ request: ProviderRequest, tag: UInt64) {
            self.request = request
            self.tag = tag
        }
    }

    init(_ process: SimulatedProcess, provider: ProviderSide, judge: Judge) {
        self.process = process
        world = process.world
        options = process.options
        self.provider = provider
        self.judge = judge
        let client = process.client
        deliver = { client.deliver($0) }
        freeze = { [unowned process] in process.freeze(for: $0) }
        encoder = Self.encoder
        decoder = ReplyDecoder(classifier: Self.classifier)
    }

    nonisolated private static let classifier = RefusalClassifier(transientCodes: ["TRY_LATER"])

    nonisolated private static let encoder: RequestEncoder = {
        do throws(ProviderURLError) {
            return RequestEncoder(url: try ProviderURL("https://provider.example"), credentials: ProviderSide.credentials)
        } catch { preconditionFailure("the provider's address is one: \(error)") }
    }()

    func submit(_ message: Message, sendAt: Int64?, isPriority: Bool, trace: [UInt8]?, tag: UInt64) {
        judge.submitted(process, tag: tag)
        begin(Exchange(.send(SendMessage(message, sendAt: sendAt, isPriority: isPriority)), tag: tag))
    }

    func poll(messageID: String, tag: UInt64) {
        judge.polled(process)
        begin(Exchange(.status(id: messageID), tag: tag))
    }

    func askBalance() { begin(Exchange(.balance, tag: 0)) }

    func askSenders() { begin(Exchange(.senders, tag: 0)) }

    func askTemplates() { begin(Exchange(.templates, tag: 0)) }

    func close() {}

    // MARK: One exchange

    private func begin(_ exchange: Exchange) {
        exchange.timeout = world.schedule(after: options.requestTimeout) { [self] in
            deliver { [self] in
                guard exchange.isOpen else { return }
                end(exchange, decoder.reply(to: exchange.request, exchange.hasBegun ? .unknown(.timedOut) : .notSent(.waitedTooLong)))
            }
        }
        world.schedule(after: provider.connectDelay()) { [self] in
            if let failure = provider.connectFailure() {
                // A refusal is known at once, a connect that times out later.
                world.schedule(after: world.duration(100...200_000)) { [self] in
                    deliver { [self] in end(exchange, decoder.reply(to: exchange.request, .notSent(failure))) }
                }
            } else {
                deliver { [self] in write(exchange) }
            }
        }
    }

    /// The connection is there: the last look, and the first byte.
    private func write(_ exchange: Exchange) {
        guard exchange.isOpen else { return }
        if case .send = exchange.request {
            guard mayBegin(exchange.tag) else {
                return end(exchange, decoder.reply(to: exchange.request, .notSent(.leaseEnded)))
            }
            exchange.hasBegun = true
            if options.hasPostGap, judge.isInChaos, world.chance(0.1) {
                judge.begun(process, tag: exchange.tag, standsStill: true)
                freeze(world.duration(1_000_000...40_000_000))
                deliver { [self] in leave(exchange) }
                return
            }
            judge.begun(process, tag: exchange.tag, standsStill: false)
        }
        exchange.hasBegun = true
        leave(exchange)
    }

    /// From here on it arrives, whatever becomes of the process.
    private func leave(_ exchange: Exchange) {
        world.schedule(after: provider.latency()) { [self] in
            let response = arrive(exchange)
            if case .none = response { return }
            world.schedule(after: provider.latency()) { [self] in
                deliver { [self] in answered(exchange, response) }
            }
        }
    }

    private func arrive(_ exchange: Exchange) -> ProviderSide.Response {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(512)
        let head = encoder.append(exchange.request, to: &bytes)
        return bytes.withUnsafeBytes { bytes in
            switch exchange.request {
            case .send(let message):
                return provider.receive(.send, form: UnsafeRawBufferPointer(rebasing: bytes[head...]), text: message.text)
            case .status: return provider.receive(.status, form: Self.query(bytes), text: nil)
            case .balance, .bulkSend, .senders, .addSender, .templates:
                return provider.receive(.balance, form: Self.query(bytes), text: nil)
            }
        }
    }

    /// From the question mark to the blank.
    private static func query(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        guard let start = bytes.firstIndex(of: UInt8(ascii: "?")) else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        let end = bytes[start...].firstIndex(of: UInt8(ascii: " ")) ?? bytes.endIndex
        return UnsafeRawBufferPointer(rebasing: bytes[start + 1..<end])
    }

    private func answered(_ exchange: Exchange, _ response: ProviderSide.Response) {
        guard exchange.isOpen else { return }
        switch response {
        case .none: break
        case .failure(let reason): end(exchange, decoder.reply(to: exchange.request, .unknown(reason)))
        case .answer(let status, let wait, let body):
            end(
                exchange,
                body.withUnsafeBytes { decoder.reply(to: exchange.request, ProviderAnswer(status: status, wait: wait), body: $0) })
        }
    }

    private func end(_ exchange: Exchange, _ reply: Reply) {
        guard exchange.isOpen else { return }
        exchange.isOpen = false
        if let timeout = exchange.timeout { world.cancel(timeout) }
        if case .send(.accepted) = reply { judge.learned(process, tag: exchange.tag) }
        if let pause = GatewayEvent.pause(reply) { receive(pause) }
        if let event = GatewayEvent(reply, tag: exchange.tag) { receive(event) }
    }
}
