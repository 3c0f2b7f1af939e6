import EventLoop
import Requests
import SMSPipeline
import SMSWorker
import Time

/// Requests of transactions one by one, as they can be sent to a broker: what a late one does to the transaction that it meets.
enum CoordinatorScripts {
    static func run() -> [String] {
        var failures: [String] = []
        func check(_ name: String, _ isSo: (Coordinator) -> Bool) {
            if !isSo(Coordinator()) { failures.append("coordinator: \(name)") }
        }
        check("a late commit makes half a transaction visible, though its producer aborts") {
            $0.whole("T1")
            return $0.first() == .none && $0.end(commit: true) == .none && $0.landed() && $0.rest(known: false) == .none
                && $0.end(commit: false) == .none && $0.landed() && $0.visible() == ["T1", "first"]
        }
        check("the rest is refused where the partition is not made known again") {
            $0.whole("T1")
            return $0.first() == .none && $0.end(commit: true) == .none && $0.landed() && $0.rest(known: true) == .invalidTransactionState
        }
        check("a late commit of all that was acknowledged is only early") {
            $0.whole("T1")
            return $0.first() == .none && $0.end(commit: true) == .none && $0.landed() && $0.end(commit: true) == .none
                && $0.end(commit: false) == .invalidTransactionState
        }
        check("a late abort takes the first half, and the rest commits") {
            $0.whole("T1")
            return $0.first() == .none && $0.end(commit: false) == .none && $0.landed() && $0.rest(known: false) == .none
                && $0.end(commit: true) == .none && $0.landed() && $0.visible() == ["T1", "rest"]
        }
        check("a new epoch refuses late requests") {
            $0.whole("T1")
            let epoch = $0.epoch
            return $0.initialise() && $0.first() == .none && $0.end(commit: true, epoch: epoch) == .invalidProducerEpoch
        }
        check("a producer waits for the markers of its last transaction") {
            $0.whole("T1", waits: false)
            return $0.first() == .concurrentTransactions && $0.landed() && $0.first() == .none
        }
        check("compaction keeps the last record of each key below what is stable") {
            for value in ["a", "b", "c"] { $0.whole(value) }
            $0.cluster.compact(topic: "ledger")
            return $0.visible() == ["c"]
        }
        return failures
    }

    /// One producer's requests, executed as they are called.
    private final class Coordinator {
        let world = World(seed: 1)
        let cluster: Cluster
        let producer: Int
        var epoch: Int32 = -1

        init() {
            cluster = Cluster(
                world: world,
                options: ClusterOptions(
                    topics: [.init(name: "ledger", partitions: 1, isCompacted: true), .init(name: "other", partitions: 1)],
                    requestTopics: []))
            producer = cluster.producer(named: "p")
            _ = initialise()
        }

        func initialise() -> Bool {
            let (code, epoch) = cluster.initialise(producer)
            self.epoch = epoch
            return code == .none
        }

        /// Until markers are written; the broker's own look is farther away.
        func landed() -> Bool {
            while cluster.openTransactions > 0, world.elapsed < .seconds(9), world.step(until: world.monotonic + .seconds(1)) {}
            return cluster.openTransactions == 0
        }

        private func write(_ text: String, to log: Int, known: Bool = false) -> BrokerCode {
            if !known {
                let code = cluster.addPartitions(producer, epoch, [log])
                guard code == .none else { return code }
            }
            var content = TransactionContent()
            content.bytes = Array(text.utf8)
            content.records = [
                TransactionContent.Record(destination: .ledger, owner: 0, key: 0..<0, value: 0..<content.bytes.count, headers: 0..<0)
            ]
            return cluster.append(producer, epoch, to: cluster.logs[log], [0][...], of: content)
        }

        func whole(_ text: String, waits: Bool = true) {
            _ = write(text, to: 0)
            _ = end(commit: true)
            if waits { _ = landed() }
        }

        func first() -> BrokerCode { write("first", to: 0) }
        func rest(known: Bool) -> BrokerCode { write("rest", to: known ? 0 : 1, known: known) }
        func end(commit: Bool, epoch: Int32? = nil) -> BrokerCode { cluster.end(producer, epoch ?? self.epoch, isCommit: commit) }

        func visible() -> [String] {
            cluster.topics.flatMap { cluster.committedRecords(topic: $0.name, partition: 0, from: 0) }.map {
                String(decoding: $0.valueBytes ?? [], as: UTF8.self)
            }
        }
    }
}
