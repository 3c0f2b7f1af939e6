internal import EventLoop
internal import Logging
internal import RocketSMS
internal import SMSPipeline

/// By which door messages go out.
enum ProviderDoor {
    case http(RocketSMSClient.Configuration)
    case smpp(SMPPSettings)
}

/// The provider's side of a run: the gateway, and over SMPP what becomes of receipts. Lives on the loop.
struct ProviderSide {
    /// Receipts: written by whoever has a bind, read by all.
    struct Receipts {
        let gateway: SMPPGateway
        let writer: ReceiptWriter
        let tail: ReceiptTail
    }

    let gateway: any ProviderGateway
    /// Nil over SMPP.
    let http: RocketSMSGateway?
    /// Nil over HTTP.
    let receipts: Receipts?

    /// How long answers and the unbind are waited for at the end, when the group is left and nothing is submitted any more.
    private static let farewell = Duration.seconds(5)

    init(_ door: ProviderDoor, _ kafka: WorkerConfiguration.Kafka, topic: String?, access: KafkaAccess, loop: EventLoop) throws {
        switch door {
        case .http(let client):
            let gateway = RocketSMSGateway(try RocketSMSClient(client, loop: loop))
            (self.gateway, http, receipts) = (gateway, gateway, nil)
        case .smpp(let settings):
            let (servers, topic, log) = (kafka.bootstrapServers, topic ?? "", Logger(label: "smpp"))
            let writer = try ReceiptWriter(loop: loop, topic: topic, bootstrapServers: servers, access: access, log: log)
            let tail = try ReceiptTail(
                loop: loop, topic: topic, bootstrapServers: servers, access: access, identity: settings.identity, log: log)
            let gateway = try SMPPGateway(loop: loop, settings: settings, keeper: writer, log: log)
            (self.gateway, http, receipts) = (gateway, nil, Receipts(gateway: gateway, writer: writer, tail: tail))
        }
    }

    func start() {
        receipts?.tail.start()
        receipts?.gateway.start()
    }

    /// Clients of Kafka are made by this from now on.
    func use(_ access: KafkaAccess) {
        receipts?.tail.use(access)
        receipts?.writer.use(access)
    }

    /// The group is left: receipts that came are written and answered, then the bind is given up.
    func leave(_ done: @escaping () -> Void) {
        guard let receipts else { return done() }
        receipts.writer.flush(within: Self.farewell) { receipts.gateway.leave(within: Self.farewell, done) }
    }

    func close() {
        gateway.close()
        receipts?.tail.close()
        receipts?.writer.close()
    }
}
