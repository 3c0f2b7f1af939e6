package import EventLoop
package import Logging
package import Requests
internal import SMPP
package import SMSPipeline
internal import Time

/// The provider seam over SMPP: a bind of the account that submits and takes receipts, or a pair of them, kept up as long as the process lives.
///
/// A part waits here only for its place in the window; `mayBegin` is asked when the socket takes it. A receipt is answered when it is written,
/// and where it cannot be, the bind is given up: for many message centres a refusal is final, and what is unbound they keep for.
package final class SMPPGateway: ProviderGateway, PartGateway {
    package var mayBegin: (UInt64) -> Bool = { _ in true }
    package var receive: (GatewayEvent) -> Void = { _ in }
    package let mustPoll = false
    package var parts: (any PartGateway)? { self }
    package internal(set) var counts = Counts()

    let loop: EventLoop
    let settings: SMPPSettings
    let messages: SMPPMessages
    /// The bind that submits.
    let link: Link
    /// The one that takes receipts, where that is another.
    let receiver: Link?
    let keeper: any ReceiptKeeper
    let log: Logger
    var door: SMPPDoor
    var queue = SMPPPartQueue()
    /// What is told when whoever calls has returned.
    private var events: [GatewayEvent] = []
    private var isTellingScheduled = false
    private var toldDoor = DoorState.shut("")
    private var hasLeft: (() -> Void)?
    var notices = OncePer<String>(.seconds(300))

    /// Since the start.
    package struct Counts: Equatable, Sendable {
        /// Receipts that came.
        package var receipts = 0
        /// Messages that are no receipts, and receipts without an id: answered, and let go.
        package var others = 0
        /// What the session noticed: malformed, strays, unexpected, not taken.
        package var notices = 0
        package var binds = 0
        /// Parts that the message centre answered with "slower".
        package var throttles = 0
    }

    /// Parts that are out and not answered, late ones among them.
    package var partsInWindow: Int { link.partsUnderWay }

    /// - Throws: where the bind cannot be written (a name that is too long), or the system gives no thread.
    package init(loop: EventLoop, settings: SMPPSettings, keeper: any ReceiptKeeper, log: Logger) throws {
        self.loop = loop
        self.settings = settings
        self.keeper = keeper
        self.log = log
        messages = SMPPMessages(settings)
        let links = try settings.binds.map { try Link(loop: loop, connect: settings.connect, session: settings.session($0)) }
        (link, receiver) = (links[0], links.dropFirst().first)
        door = SMPPDoor(settings.binds)
        for link in links { link.owner = self }
        door.canKeepReceipts = keeper.canWrite
        keeper.changed = { [weak self] canWrite in self?.keeperChanged(canWrite) }
    }

    var links: [Link] { [link] + (receiver.map { [$0] } ?? []) }

    /// Binds, and binds again whenever a session ends, until `leave` or `close`.
    package func start() {
        tellDoor()
        if keeper.canWrite { for link in links { link.start() } }
    }

    /// The account's password from now on: where it was refused, it is bound with this one at once.
    ///
    /// - Throws: where it cannot be written; the one of before stays then.
    func use(_ password: SecretText) throws(PDUEncodingError) { for link in links { try link.use(password: password.text) } }

    // MARK: Parts

    package func plan(_ message: Message, offset: Int64) -> PartPlanning { messages.plan(message, offset: offset) }

    package func submit(part: Int, of submission: Submission, _ message: Message, expiresAt: Int64?, isPriority: Bool, tag: UInt64) {
        guard case .open = door.state else { return tell(.part(tag: tag, .notSent(reason: doorWords))) }
        guard let part = messages.part(part, of: submission, message, expiresAt: expiresAt, isPriority: isPriority) else {
            return tell(.part(tag: tag, .refused(code: Self.unwritable)))
        }
        queue.append(Part(token: tag, part))
        link.wake()
    }

    /// Under what an id of a response is looked for in receipts.
    package func receiptID(_ id: String) -> RequestHash { settings.identity.identity(of: id) }

    /// Of a part that SMPP has no form for.
    static let unwritable = "SMPP_UNWRITABLE"

    // MARK: Questions

    /// SMPP has none for a balance. That the account is bound is the sign that it is taken.
    package func askBalance() {
        switch door.state {
        case .open: tell(.balance(.credits(.max)))
        case .badCredentials: tell(.balance(.badCredentials))
        case .shut, .tooManyBinds: tell(.balance(.failed))
        }
    }

    package func askSenders() { tell(.senders(.failed(reason: "SMPP has no question for senders"))) }

    package func askTemplates() { tell(.templates(.known([:]))) }

    /// Parts go whole through `parts`.
    package func submit(_ message: Message, sendAt: Int64?, isPriority: Bool, trace: [UInt8]?, tag: UInt64) {
        preconditionFailure("over SMPP messages go part by part")
    }

    /// Statuses come as receipts.
    package func poll(messageID: String, tag: UInt64) { preconditionFailure("over SMPP nothing is polled") }

    // MARK: The end

    /// Submits nothing more, waits for the answers to what is out, and unbinds.
    ///
    /// - Parameter done: called when there is no session any more.
    package func leave(within limit: Duration, _ done: @escaping () -> Void) {
        hasLeft = done
        door.leave()
        giveUpQueue()
        tellDoor()
        for link in links { link.leave(within: limit) }
    }

    package func close() {
        door.leave()
        for link in links { link.close() }
        giveUpQueue()
        tellNow()
        keeper.changed = { _ in }
    }

    func left(_ link: Link) {
        if let done = hasLeft {
            guard links.allSatisfy(\.isOff) else { return }
            hasLeft = nil
            return done()
        }
        // A write has passed while it was being left. What was given up for its other half's sake waits for that.
        if !door.isLeaving, door.canKeepReceipts, !isWithoutItsOther(link) { link.start() }
    }

    private func keeperChanged(_ canWrite: Bool) {
        door.canKeepReceipts = canWrite
        if canWrite {
            if !door.isLeaving { for link in links { link.start() } }
        } else {
            giveUpQueue()
            for link in links {
                // Until the next bind: a write that passes while this one is being left does not open it again.
                door.ends(link.kind, "receipts could not be written to Kafka")
                link.leave(within: settings.responseTimeout)
            }
        }
        tellDoor()
    }

    // MARK: Telling

    /// What has waited for its place in the window, and gets none.
    func giveUpQueue() { for tag in queue.takeAll() { tell(.part(tag: tag, .notSent(reason: doorWords))) } }

    var doorWords: String {
        switch door.state {
        case .open: "the message centre takes no parts at present"
        case .shut(let reason): reason
        case .tooManyBinds: "the account is bound as often as it may be"
        case .badCredentials(let code): "the message centre does not take the credentials (\(code))"
        }
    }

    func tellDoor() {
        let state = door.state
        guard state != toldDoor else { return }
        toldDoor = state
        tell(.door(state))
    }

    /// Later, on the loop: who calls is not called before it has returned.
    func tell(_ event: GatewayEvent) {
        events.append(event)
        guard !isTellingScheduled else { return }
        isTellingScheduled = true
        loop.schedule(at: loop.now) { [weak self] in
            self?.isTellingScheduled = false
            self?.tellNow()
        }
    }

    func tellNow() {
        while !events.isEmpty {
            let told = events
            events = []
            for event in told { receive(event) }
        }
    }
}
