import Requests
import SMSPipeline
import SMSWorker
import Time

/// Makes sessions as `KafkaSessionFactory` does: producers first, then the consumer, which subscribes.
final class SimulatedOpener: SessionOpener {
    private let client: ClusterClient
    private let opened: (Result<SimulatedSession, BrokerError>) -> Void

    /// - Parameter opened: called on the process' side.
    init(_ client: ClusterClient, opened: @escaping (Result<SimulatedSession, BrokerError>) -> Void) {
        self.client = client
        self.opened = opened
    }

    /// No simulated call hangs.
    func isOverdue(at now: MonotonicInstant) -> Bool { false }
    func abandon() {}

    func open() {
        let committer = SimulatedCommitter(client)
        committer.rebuild { [client, opened] error in
            if let error {
                committer.abandon()
                committer.free()
                return opened(.failure(error))
            }
            let cluster = client.cluster
            let consumer = SimulatedConsumer(client)
            cluster.world.schedule(after: cluster.latency()) {
                client.deliver {
                    opened(
                        .success(
                            SimulatedSession(
                                consumer: consumer, committer: committer, restorer: SimulatedRestorer(client),
                                partitionCount: cluster.requestLogs.count)))
                }
            }
        }
    }
}
