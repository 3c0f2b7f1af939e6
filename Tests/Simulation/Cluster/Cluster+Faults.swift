import EventLoop
import Requests
import SMSPipeline
import SMSWorker
import Time

/// What an operator, a disk or a network does to the cluster.
extension Cluster {
    /// No request arrives, and answers on their way are lost.
    func brokerAway(for duration: Duration) {
        onFault?("brokerAway")
        awayUntil = max(awayUntil, now + duration)
        group.coordinatorReturns(at: awayUntil)
        for client in clients {
            for consumer in client.consumers.all { client.deliver { consumer.brokersAreDown() } }
        }
    }

    /// Requests to coordinators wait; logs can be read.
    func moveCoordinator(for duration: Duration = .seconds(1)) {
        onFault?("coordinatorMoved")
        coordinatorAwayUntil = max(coordinatorAwayUntil, now + duration)
        group.coordinatorReturns(at: coordinatorAwayUntil)
    }

    func slow(for duration: Duration) {
        onFault?("slow")
        slowUntil = max(slowUntil, now + duration)
    }

    /// The topic refuses writes.
    func refuse(topic: String, for duration: Duration) {
        onFault?("refusal")
        for index in logs(of: topic) ?? 0..<0 { logs[index].refusedUntil = max(logs[index].refusedUntil, now + duration) }
    }

    func compact(topic: String) {
        onFault?("compaction")
        for index in logs(of: topic) ?? 0..<0 { logs[index].compact(at: now, isVisible: isVisible) }
    }

    /// What is older than this has gone, up to what is stable.
    ///
    /// - Parameter keeping: so many of the newest offsets stay.
    func retain(topic: String, keeping: Int64 = 0) {
        onFault?("retention")
        for index in logs(of: topic) ?? 0..<0 { logs[index].retain(from: logs[index].end - keeping) }
    }

    /// Deleted and made anew: it begins at offset 0 again, and the group's offsets of it are gone.
    func recreate(topic: String, keepingOffsets: Bool = false) {
        onFault?("recreation")
        for index in logs(of: topic) ?? 0..<0 {
            logs[index].recreate(at: 0)
            if !keepingOffsets { forgetOffset(index) }
            moreIsStable(logs[index])
        }
    }

    /// As after the group's retention, or its deletion.
    func loseOffsets(group: String) {
        guard group == options.group else { return }
        onFault?("offsetsLost")
        for index in logs.indices { forgetOffset(index) }
    }

    private func forgetOffset(_ log: Int) {
        committed[log] = nil
        pending.removeAll { $0.log == log }
    }

    /// As an operator's tool does (`offsets repair`).
    func setOffset(topic: String, partition: Int32, to offset: Int64?) {
        guard let log = log(topic, partition) else { return }
        offsetOrder += 1
        committed[log.index] = offset
        committedOrder[log.index] = offsetOrder
    }

    /// All that still goes wrong ends now, and nothing goes wrong any more.
    func heal() {
        hasFaults = false
        awayUntil = min(awayUntil, now)
        coordinatorAwayUntil = min(coordinatorAwayUntil, now)
        slowUntil = min(slowUntil, now)
        for log in logs { log.refusedUntil = min(log.refusedUntil, now) }
    }
}
