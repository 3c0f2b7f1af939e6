import EventLoop
import Requests
import SMSPipeline
import SMSWorker
import Time

/// Scripts on the simulated cluster.
final class SimulatedBench: ScriptBench {
    let world: World
    let cluster: Cluster
    private var members: [(member: ScriptMember, client: ClusterClient)] = []
    private var openers: [SimulatedOpener] = []

    init(seed: UInt64, _ change: (inout ClusterOptions) -> Void = { _ in }) {
        world = World(seed: seed)
        var options = ClusterOptions(
            topics: [
                .init(name: "sms.requests", partitions: 2), .init(name: "sms.requests.ledger", partitions: 2, isCompacted: true),
                .init(name: "sms.status", partitions: 2), .init(name: "sms.dead-letter", partitions: 1),
            ], requestTopics: ["sms.requests"])
        change(&options)
        cluster = Cluster(world: world, options: options)
    }

    func wait(upTo limit: Duration, until isSo: () -> Bool) -> Bool {
        let end = world.monotonic + limit
        while true {
            for (member, client) in members where !client.isKilled && !client.isFrozen { member.poll() }
            if isSo() { return true }
            guard world.step(until: end) else { return isSo() }
        }
    }

    func begin(stem: String, instanceID: String?) -> ScriptMember {
        let member = ScriptMember()
        let client = ClusterClient(cluster: cluster, instanceID: instanceID, stem: stem)
        let opener = SimulatedOpener(client) { result in
            switch result {
            case .success(let session):
                session.answer = { member.receive($0) }
                member.session = session
            case .failure(let error): member.failure = error
            }
        }
        openers.append(opener)
        members.append((member, client))
        opener.open()
        return member
    }

    func open(stem: String, instanceID: String?) -> ScriptMember? {
        let member = begin(stem: stem, instanceID: instanceID)
        return wait(upTo: .seconds(40)) { member.session != nil } ? member : nil
    }

    private func client(_ member: ScriptMember) -> ClusterClient? { members.first { $0.member === member }?.client }

    func freeze(_ member: ScriptMember) { client(member)?.isFrozen = true }
    func thaw(_ member: ScriptMember) { client(member)?.isFrozen = false }
    func kill(_ member: ScriptMember) { client(member)?.kill() }

    func killInTransaction(_ member: ScriptMember, _ expect: ClusterScripts.Expectations) {
        let before = ledgerEnd(partition: 0)
        _ = member.commit(0, offset: 9, status: "torn")
        expect.check(wait(upTo: .seconds(10)) { self.ledgerEnd(partition: 0) > before }, "a transaction writes")
        kill(member)
    }

    func produce(partition: Int32, value: String) -> Int64 {
        cluster.produce(topic: "sms.requests", partition: partition, key: nil, value: Array(value.utf8), timestamp: world.wall)
    }

    func statuses() -> [String] {
        (0..<2).flatMap { partition in
            cluster.committedRecords(topic: "sms.status", partition: partition, from: 0).map {
                String(decoding: $0.valueBytes ?? [], as: UTF8.self)
            }
        }.sorted()
    }

    func committedOffset(partition: Int32) -> Int64? {
        cluster.committedOffset(group: "sms-worker", topic: "sms.requests", partition: partition)
    }

    func expireRequests() { cluster.retain(topic: "sms.requests") }
    func refuseStatuses(for duration: Duration) { cluster.refuse(topic: "sms.status", for: duration) }
    func brokerAway(for duration: Duration) { cluster.brokerAway(for: duration) }
    func ledgerEnd(partition: Int32) -> Int64 { cluster.log("sms.requests.ledger", partition)?.end ?? -1 }
    var isTransactionOpen: Bool { cluster.openTransactions > 0 }
}
