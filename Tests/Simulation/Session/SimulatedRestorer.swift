import EventLoop
import Requests
import SMSPipeline
import SMSWorker
import Time

/// Reads ledgers call by call, as `Restorer` does on its threads: two for restores, one for sweeps and counts.
final class SimulatedRestorer: Forgetful {
    private final class Lane {
        var queue: [() -> Void] = []
        var isBusy = false
    }

    private let client: ClusterClient
    private let cluster: Cluster
    private let connection: Connection
    private let lanes = [Lane(), Lane(), Lane()]
    private var count = 0
    private var isCancelled = false
    private var stall: Duration { cluster.options.transactionTimeout + .seconds(20) }
    private let timeout = Duration.seconds(10)

    init(_ client: ClusterClient) {
        self.client = client
        cluster = client.cluster
        connection = Connection(client)
        client.belongings.append(self)
    }

    func forget() { for lane in lanes { lane.queue = [] } }

    func cancel() { isCancelled = true }

    private func submit(_ lane: Int, _ work: @escaping () -> Void) {
        lanes[lane].queue.append(work)
        begin(lane)
    }

    private func begin(_ lane: Int) {
        guard !lanes[lane].isBusy, !lanes[lane].queue.isEmpty else { return }
        lanes[lane].isBusy = true
        lanes[lane].queue.removeFirst()()
    }

    private func ended(_ lane: Int) {
        lanes[lane].isBusy = false
        begin(lane)
    }

    // MARK: Restores

    /// One restore under way.
    private final class Reading {
        var steps = RestoreSteps()
        let requests: PartitionLog
        let ledger: PartitionLog
        let isWanted: () -> Bool
        let beganAt: MonotonicInstant
        /// Ends it, once.
        let done: (Result<PartitionRestore, RestoreError>) -> Void
        /// Of the ledger's read.
        var next: Int64 = 0
        var lastRecord: MonotonicInstant

        init(
            _ requests: PartitionLog, _ ledger: PartitionLog, at now: MonotonicInstant, isWanted: @escaping () -> Bool,
            _ done: @escaping (Result<PartitionRestore, RestoreError>) -> Void
        ) {
            self.requests = requests
            self.ledger = ledger
            self.isWanted = isWanted
            self.done = done
            beganAt = now
            lastRecord = now
        }
    }

    func restore(
        _ partition: PartitionKey, ledger: String, wantedWhile liveness: Liveness,
        _ done: @escaping (Result<PartitionRestore, RestoreError>) -> Void
    ) {
        let lane = count % 2
        count += 1
        submit(lane) { [self] in
            let isWanted = { [unowned self] in liveness.isAlive && !isCancelled }
            let end: (Result<PartitionRestore, RestoreError>) -> Void = { [self] result in
                done(result)
                ended(lane)
            }
            guard isWanted() else { return after { end(.failure(.cancelled)) } }
            guard let requests = cluster.log(partition), let records = cluster.log(ledger, partition.partition) else {
                var error = BrokerError(.other, name: "UNKNOWN_TOPIC_OR_PART")
                error.isMissingTopic = true
                return after { end(.failure(.kafka(error))) }
            }
            step(Reading(requests, records, at: cluster.now, isWanted: isWanted, end))
        }
    }

    /// Nil: the partition is not to be seen.
    func look(at partition: PartitionKey, ledger: String, _ done: @escaping (PartitionLook?) -> Void) {
        after { [self] in
            guard !isCancelled, let log = cluster.log(partition), let records = cluster.log(ledger, partition.partition) else {
                return done(nil)
            }
            let found = cluster.stableOffset(log.index)
            done(found.isStable ? PartitionLook(committed: found.offset, ledgerEnd: records.end, low: log.low) : nil)
        }
    }

    private func step(_ reading: Reading) {
        let asked = cluster.now
        switch reading.steps.call {
        case .committedOffset: committedOffset(reading, until: asked + timeout)
        case .ledgerEnds:
            ask(.log, reading) {
                ($0.ledger.low, $0.ledger.end)
            } _: { [self] reading, ends in
                reading.steps.ledgerEnds(low: ends.0, high: ends.1)
                step(reading)
            }
        case .readLedger(let low, let high):
            reading.next = low
            reading.lastRecord = asked
            read(reading, through: high)
        case .requestEnds:
            ask(.log, reading) {
                ($0.requests.low, $0.requests.end)
            } _: { [self] reading, ends in
                reading.done(.success(reading.steps.finished(low: ends.0, high: ends.1, in: cluster.now - reading.beganAt)))
            }
        }
    }

    /// Waits out a predecessor that has already sent its offsets.
    private func committedOffset(_ reading: Reading, until deadline: MonotonicInstant) {
        ask(.plain, reading) { [cluster] in
            cluster.stableOffset($0.requests.index)
        } _: { [self] reading, found in
            if found.isStable {
                reading.steps.committedOffset(found.offset)
                return step(reading)
            }
            guard cluster.now < deadline else {
                var error = BrokerError(.retriable, name: "_TIMED_OUT")
                error.isBrokerTrouble = true
                return reading.done(.failure(.kafka(error)))
            }
            wait(.microseconds(Int64.random(in: 20_000...200_000, using: &cluster.world.random))) { [self] in
                committedOffset(reading, until: deadline)
            }
        }
    }

    /// Committed records until an end at or past `high`: an earlier one means that a transaction is still open.
    private func read(_ reading: Reading, through high: Int64) {
        if reading.next >= high { return hasRead(reading) }
        guard reading.isWanted() else { return reading.done(.failure(.cancelled)) }
        ask(.log, reading) {
            $0.ledger.lastStable
        } _: { [self] reading, stable in
            let log = reading.ledger
            log.keepTombstones(until: cluster.now + stall + timeout)
            var index = log.position(of: reading.next)
            do throws(RestoreError) {
                while index < log.entries.count, log.entries[index].offset < stable {
                    let entry = log.entries[index]
                    index += 1
                    guard cluster.isVisible(entry) else { continue }
                    reading.lastRecord = cluster.now
                    try reading.steps.record(offset: entry.offset, key: entry.key, value: entry.value)
                }
            } catch {
                return reading.done(.failure(error))
            }
            reading.next = max(reading.next, stable)
            if reading.next >= high { return hasRead(reading) }
            guard cluster.now - reading.lastRecord <= stall else {
                var error = BrokerError(.retriable, name: "_TIMED_OUT")
                error.isBrokerTrouble = true
                return reading.done(.failure(.kafka(error)))
            }
            wait(.microseconds(Int64.random(in: 20_000...100_000, using: &cluster.world.random))) { [self] in read(reading, through: high) }
        }
    }

    private func hasRead(_ reading: Reading) {
        do throws(RestoreError) {
            try reading.steps.hasReadLedger(at: client.cluster.world.clock.wall)
        } catch { return reading.done(.failure(error)) }
        step(reading)
    }

    /// One call to a broker: its answer, or a timeout.
    private func ask<Answer>(
        _ course: Cluster.Course, _ reading: Reading, _ execute: @escaping (Reading) -> Answer,
        _ answered: @escaping (Reading, Answer) -> Void
    ) {
        // The call fails where brokers stay away past its timeout.
        let reachable = cluster.reachable(course)
        guard reachable <= cluster.now + timeout else {
            var error = BrokerError(.retriable, name: "_TIMED_OUT")
            error.isBrokerTrouble = true
            return wait(timeout) { reading.done(.failure(.kafka(error))) }
        }
        cluster.send(connection, course) {
            execute(reading)
        } _: {
            answered(reading, $0)
        }
    }

    private func wait(_ duration: Duration, _ body: @escaping () -> Void) {
        cluster.world.schedule(after: duration) { [client] in client.deliver(body) }
    }

    private func after(_ body: @escaping () -> Void) { wait(cluster.world.duration(20...200), body) }

    // MARK: Sweeps and counts

    func sweep(_ request: SweepRequest, _ done: @escaping (Result<Sweep, RestoreError>) -> Void) {
        submit(2) { [self] in
            guard !isCancelled, let log = cluster.log(request.ledger, request.partition) else {
                return after { [self] in
                    done(.failure(.cancelled))
                    ended(2)
                }
            }
            cluster.send(connection, .log) { [cluster] in
                var fold = SweepFold(request, low: log.low)
                var index = log.position(of: fold.sweep.nextOffset)
                let stable = log.lastStable
                while index < log.entries.count, log.entries[index].offset < stable {
                    let entry = log.entries[index]
                    index += 1
                    guard cluster.isVisible(entry) else { continue }
                    guard fold.add(offset: entry.offset, key: entry.key, value: entry.value) else { break }
                }
                return fold.sweep
            } _: { [self] sweep in
                done(.success(sweep))
                ended(2)
            }
        }
    }

    func countPartitions(of topics: [String], _ done: @escaping (Int?, Bool) -> Void) {
        submit(2) { [self] in
            guard !isCancelled else {
                return after { [self] in
                    done(nil, false)
                    ended(2)
                }
            }
            guard cluster.awayUntil <= cluster.now + timeout else {
                return wait(timeout) { [self] in
                    done(nil, false)
                    ended(2)
                }
            }
            cluster.send(connection, .log) { [cluster] in
                topics.reduce(into: 0) { $0 += cluster.logs(of: $1)?.count ?? 0 }
            } _: { [self] count in
                done(count, true)
                ended(2)
            }
        }
    }
}
