import EventLoop
import Requests
import SMSPipeline
import SMSWorker
import Time

/// A process's producer of receipts, as `ReceiptKeeper`: in order, tried again until a record is acknowledged, nothing twice of its own accord.
final class ReceiptWriter {
    private struct Item {
        let push: ReceiptPush
        let since: MonotonicInstant
        let kept: () -> Void
    }

    /// Nothing could be written for so long: receipts are not taken any more.
    private static let patience = Duration.seconds(10)

    private let topic: ReceiptTopic
    private let client: ClusterClient
    private var queue: [Item] = []
    private var isBusy = false
    private var isClosed = false
    private(set) var canWrite = true
    var changed: (_ canWrite: Bool) -> Void = { _ in }
    private var world: World { topic.world }

    init(_ topic: ReceiptTopic, _ client: ClusterClient) {
        self.topic = topic
        self.client = client
    }

    var isIdle: Bool { queue.isEmpty }

    /// - Parameter kept: once the record is safe.
    func write(_ push: ReceiptPush, kept: @escaping () -> Void) {
        queue.append(Item(push: push, since: world.monotonic, kept: kept))
        pump()
    }

    private func pump() {
        guard !isBusy, !isClosed, !queue.isEmpty else { return }
        isBusy = true
        // What is on its way arrives, whatever becomes of the process.
        let batch = queue
        world.schedule(after: world.duration(500...8_000)) { [self] in arrive(batch) }
    }

    private func arrive(_ batch: [Item]) {
        guard !topic.refusesWrites else {
            world.schedule(after: world.duration(100_000...500_000)) { [self] in client.deliver { [self] in again() } }
            return
        }
        for item in batch { topic.append(item.push) }
        world.schedule(after: world.duration(500...(world.chance(0.1) ? 200_000 : 8_000))) { [self] in
            client.deliver { [self] in acknowledged(batch) }
        }
    }

    private func again() {
        isBusy = false
        guard !isClosed else { return }
        if canWrite, let since = queue.first?.since, world.monotonic - since >= Self.patience {
            canWrite = false
            changed(false)
        }
        pump()
    }

    private func acknowledged(_ batch: [Item]) {
        isBusy = false
        guard !isClosed else { return }
        queue.removeFirst(batch.count)
        for item in batch { item.kept() }
        if !canWrite {
            canWrite = true
            changed(true)
        }
        pump()
    }

    func close() {
        isClosed = true
        queue = []
        changed = { _ in }
    }
}
