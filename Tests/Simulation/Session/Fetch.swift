import EventLoop
import Requests
import SMSPipeline
import SMSWorker
import Time

/// One assigned partition on the client's side: what was fetched of it and not yet read.
final class Fetch {
    let log: PartitionLog
    private unowned let consumer: SimulatedConsumer
    private var cluster: Cluster { consumer.cluster }
    /// Where the assignment began by number; nil: by name.
    private let knownEnd: Int64?
    private var isResumed = false
    private var isSought = false
    /// The next offset to give out.
    private var position: Int64 = 0
    /// What has been fetched lies below.
    private var fetched: Int64 = 0
    private var hasFetched = false
    private var isArmed = false
    /// The end that was said last.
    private var saidEnd: Int64 = -1
    private var failure: BrokerError?
    /// The broker did not know the offset: nothing more is fetched, wherever it is sought.
    private var isOver = false
    /// Whether the library may still jump ahead by itself.
    private var mayJump = true
    private var isEnded = false
    /// Which topic of the name it was sought in.
    private var incarnation = 0
    /// Of the last seek: what was asked for before it is outdated.
    private var version = 0

    init(_ log: PartitionLog, consumer: SimulatedConsumer, knownEnd: Int64?) {
        self.log = log
        self.consumer = consumer
        self.knownEnd = knownEnd
        log.fetches.append(self)
    }

    func end() {
        isEnded = true
        log.fetches.removeAll { $0 === self }
    }

    func resume() { isResumed = true }

    func seek(to offset: Int64) {
        position = offset
        if cluster.hasFaults { misread(offset) }
        isSought = true
        incarnation = log.incarnation
        version += 1
        hasFetched = false
        isArmed = false
        failure = nil
        saidEnd = -1
        fetched = position
        arm()
    }

    /// The library's habits after a seek.
    private func misread(_ offset: Int64) {
        let world = cluster.world
        if mayJump, cluster.options.jumpShare > 0, world.chance(cluster.options.jumpShare) {
            mayJump = false
            guard let knownEnd else { return jumpLater() }
            guard knownEnd > offset else { return }
            cluster.onFault?("jump")
            position = knownEnd
        } else if cluster.options.repeatShare > 0, world.chance(cluster.options.repeatShare) {
            cluster.onFault?("repeat")
            position = max(log.low, offset - Int64.random(in: 1...4, using: &world.random))
        }
        // An assignment that began by number jumps before its first record or never.
        if knownEnd != nil { mayJump = false }
    }

    /// By name: the end is asked for again, and half a second later the library goes there, past everything between.
    private func jumpLater() {
        cluster.world.schedule(after: .milliseconds(500) + cluster.latency()) { [weak self] in
            guard let self else { return }
            consumer.client.deliver { [weak self] in
                guard let self, !isEnded, log.lastStable > position else { return }
                cluster.onFault?("jump")
                position = log.lastStable
                fetched = position
                hasFetched = true
                consumer.wake()
            }
        }
    }

    /// There may be more: asks for it, unless a question is under way.
    func arm() {
        guard isSought, isResumed, !isArmed, !isEnded, !isOver, failure == nil else { return }
        isArmed = true
        let asked = version
        cluster.world.schedule(after: cluster.latency() + cluster.latency()) { [weak self] in self?.arrived(asked) }
    }

    private func arrived(_ asked: Int) {
        guard asked == version, !isEnded else { return }
        guard cluster.now >= cluster.awayUntil else {
            isArmed = false
            cluster.world.schedule(at: cluster.awayUntil + cluster.world.duration(1_000...300_000)) { [weak self] in
                guard let self, asked == version else { return }
                arm()
            }
            return
        }
        consumer.client.deliver { [weak self] in
            guard let self, asked == version, !isEnded else { return }
            take()
        }
    }

    private func take() {
        isArmed = false
        // A topic made anew is known by its epochs (librdkafka 2.1 and later; before, positions run on in it).
        if fetched < log.low || fetched > log.end || incarnation != log.incarnation {
            fetched = position
            var error = BrokerError(.other, name: "_AUTO_OFFSET_RESET", description: "the offset asked for is outside the log")
            error.isOffsetLost = true
            failure = error
            isOver = true
            consumer.wake()
            return
        }
        let stable = log.lastStable
        guard stable > fetched || !hasFetched else { return }
        fetched = max(fetched, stable)
        hasFetched = true
        consumer.wake()
    }

    /// Gives out what was fetched, as long as `receive` wants it.
    func read(_ receive: (PartitionEvent) -> Bool) {
        let asked = version
        while !isEnded, asked == version {
            if position < fetched, incarnation == log.incarnation {
                let index = log.position(of: position)
                guard index < log.entries.count, log.entries[index].offset < fetched else {
                    position = fetched
                    continue
                }
                let entry = log.entries[index]
                position = entry.offset + 1
                guard cluster.isVisible(entry) else { continue }
                guard receive(.record(entry.lent())) else { return }
            } else if hasFetched, failure == nil, saidEnd != position, incarnation == log.incarnation {
                saidEnd = position
                guard receive(.end(offset: position)) else { return }
            } else if let error = failure, !error.name.isEmpty {
                // Said once; the partition stays as it is until it is sought again.
                failure = BrokerError(.other, name: "")
                guard receive(.failed(error)) else { return }
            } else {
                return
            }
        }
    }
}

extension Cluster {
    /// A log's stable end may have moved.
    func moreIsStable(_ log: PartitionLog) {
        for fetch in log.fetches { fetch.arm() }
    }
}
