import EventLoop
import Requests
import SMSPipeline
import SMSWorker
import Time

/// The client library's side of group membership, with its habits: it joins, syncs, asks for answers to its rebalance events, sends
/// heartbeats, and forgets to say that partitions were lost while an event is unanswered.
final class SimulatedConsumer {
    private enum State { case joining, syncing, steady, asking, closing, closed }

    private enum Next {
        case steady
        case assign([Int])
        case rejoin, leave
    }

    let client: ClusterClient
    let cluster: Cluster
    private let connection: Connection
    private var state = State.joining
    /// After the event that is unanswered.
    private var next = Next.steady
    private var isAsking: Bool { state == .asking }
    private var isClosing = false
    /// Of the last request to join or sync: answers to earlier ones meet nobody.
    private var request = 0
    private(set) var isFreed = false
    private(set) var memberID = ""
    private(set) var generation: Int32 = -1
    /// In which generation `owned` was last confirmed.
    private var ownedSince: Int32 = -1
    private var events: [SessionEvent] = []
    /// Of what is assigned to this client, in order.
    private(set) var owned: [Int] = []
    private var fetches: [Fetch] = []
    private var heardAt: MonotonicInstant
    /// Where partitions ended when the session was made; nil: not known.
    private let ends: [Int64?]
    /// Something can be polled.
    var onWake: () -> Void = {}

    init(_ client: ClusterClient) {
        self.client = client
        cluster = client.cluster
        connection = Connection(client)
        heardAt = cluster.now
        let cluster = cluster
        ends = cluster.requestLogs.map {
            cluster.options.knownEndShare >= 1 || cluster.world.chance(cluster.options.knownEndShare) ? cluster.logs[$0].lastStable : nil
        }
        client.consumers.all.append(self)
        join()
        beat()
    }

    func wake() { if !isFreed { onWake() } }

    // MARK: What the application calls

    func nextEvent() -> SessionEvent? { events.isEmpty ? nil : events.removeFirst() }

    var membership: Membership { Membership(generation: generation, memberID: memberID) }

    var isClosed: Bool { state == .closed }

    func assign(_ partitions: [PartitionKey]) {
        guard isAsking else { return }
        for partition in partitions {
            guard let log = cluster.log(partition) else { continue }
            owned.append(log.index)
            let known = cluster.requestLogs.firstIndex(of: log.index).flatMap { ends[$0] }
            fetches.append(Fetch(log, consumer: self, knownEnd: known))
        }
        answered()
    }

    func unassign(_ partitions: [PartitionKey]) {
        guard isAsking else { return }
        // An eager member gives up everything.
        let ended = cluster.options.isCooperative ? partitions.compactMap { cluster.log($0)?.index } : owned
        owned.removeAll { ended.contains($0) }
        for fetch in fetches where ended.contains(fetch.log.index) { fetch.end() }
        fetches.removeAll { ended.contains($0.log.index) }
        answered()
    }

    func fetch(_ partition: PartitionKey) -> Fetch? { fetches.first { $0.log.key == partition } }

    func knowsEnd(of partition: PartitionKey) -> Bool {
        cluster.requestLogs.indices.contains { cluster.logs[cluster.requestLogs[$0]].key == partition && ends[$0] != nil }
    }

    /// No heartbeat goes out any more; the last revoke is asked for as soon as nothing else is.
    func leaveGroup() {
        guard !isClosing else { return }
        isClosing = true
        if !isAsking { close() }
    }

    /// Without a word to the group.
    func free() {
        isFreed = true
        connection.isClosed = true
        for fetch in fetches { fetch.end() }
        fetches = []
        client.consumers.all.removeAll { $0 === self }
    }

    // MARK: Rebalance events

    private func ask(_ event: SessionEvent, then next: Next) {
        state = .asking
        self.next = next
        events.append(event)
        wake()
    }

    private func answered() {
        let next = next
        self.next = .steady
        state = .steady
        if isClosing { return close() }
        switch next {
        case .steady: break
        case .assign(let added): ask(.assign(keys(added)), then: .rejoin)
        case .rejoin: join()
        case .leave: close()
        }
    }

    private func keys(_ logs: [Int]) -> [PartitionKey] { logs.map { cluster.logs[$0].key } }

    private func close() {
        guard owned.isEmpty else { return ask(.revoke(keys(owned), isLost: false), then: .leave) }
        state = .closing
        let id = memberID
        // A static member does not leave: it is waited for.
        guard client.instanceID == nil, !id.isEmpty else {
            return after { $0.closed() }
        }
        cluster.send(connection, .plain) { [cluster] in
            cluster.group.leave(memberID: id)
        } _: { [weak self] in
            self?.closed()
        }
    }

    private func closed() {
        state = .closed
        wake()
    }

    private func after(_ body: @escaping (SimulatedConsumer) -> Void) {
        cluster.world.schedule(after: cluster.latency()) { [weak self] in
            guard let self else { return }
            client.deliver { [weak self] in
                guard let self, !isFreed else { return }
                body(self)
            }
        }
    }

    /// All partitions have gone to others. While an event is unanswered the library drops this, and so nobody hears of it.
    private func hearsOfLoss() { if state == .steady { lose() } }

    private func lose() {
        guard !isClosing else { return }
        guard !owned.isEmpty else { return join() }
        ask(.revoke(keys(owned), isLost: true), then: .rejoin)
    }

    // MARK: Joining

    private func join() {
        guard !isClosing, !isFreed else { return }
        state = .joining
        let request = JoinRequest(
            client: client, memberID: memberID, instanceID: client.instanceID, owned: owned, ownedSince: ownedSince)
        later(.joining) { cluster, answer in
            cluster.group.join(request, answer)
        } _: {
            $0.joined($1)
        }
    }

    /// A request that the coordinator may answer later.
    private func later<Answer>(
        _ expected: State, _ execute: @escaping (Cluster, @escaping (Answer) -> Void) -> Void,
        _ answered: @escaping (SimulatedConsumer, Answer) -> Void
    ) {
        request += 1
        let number = request
        var isTaken = false
        cluster.send(connection, .plain) { [cluster, client, weak self] in
            // Whether the coordinator has heard it is not asked twice: its answer waits for the brokers' return.
            guard !isTaken else { return }
            isTaken = true
            execute(cluster) { answer in
                cluster.world.schedule(at: max(cluster.now, cluster.reachable(.plain)) + cluster.latency()) { [weak self] in
                    client.deliver { [weak self] in
                        guard let self, !isFreed, state == expected, request == number else { return }
                        answered(self, answer)
                    }
                }
            }
        } _: { _ in
        }
    }

    private func joined(_ answer: JoinAnswer) {
        switch answer {
        case .joined(let generation, let id):
            memberID = id
            self.generation = generation
            heardAt = cluster.now
            state = .syncing
            let instanceID = client.instanceID
            later(.syncing) { cluster, answer in
                cluster.group.sync(memberID: id, generation: generation, instanceID: instanceID, answer)
            } _: {
                $0.synced($1)
            }
        case .memberIDRequired(let id):
            memberID = id
            lose()
        case .refused(.fencedInstance): fenced()
        case .refused:
            memberID = ""
            join()
        }
    }

    private func synced(_ answer: SyncAnswer) {
        switch answer {
        case .assigned(let assignment): take(assignment)
        case .refused(.fencedInstance): fenced()
        case .refused(.unknownMember):
            memberID = ""
            join()
        case .refused: join()
        }
    }

    private func take(_ assignment: [Int]) {
        ownedSince = generation
        guard cluster.options.isCooperative else { return ask(.assign(keys(assignment)), then: .steady) }
        let added = assignment.filter { !owned.contains($0) }
        let revoked = owned.filter { !assignment.contains($0) }
        if revoked.isEmpty {
            ask(.assign(keys(added)), then: .steady)
        } else {
            ask(.revoke(keys(revoked), isLost: false), then: .assign(added))
        }
    }

    // MARK: Heartbeats

    private func beat() { beat(after: cluster.options.heartbeat) }

    private func beat(after delay: Duration) {
        cluster.world.schedule(after: delay) { [weak self] in
            guard let self, !isFreed else { return }
            client.deliver { [weak self] in
                guard let self, !isFreed, state != .closed else { return }
                guard !client.isOutOfBreath else { return beat(after: .milliseconds(5)) }
                heartbeat()
                beat()
            }
        }
    }

    private func heartbeat() {
        guard !isClosing, state == .steady || state == .asking else { return }
        if cluster.now - heardAt > cluster.options.sessionTimeout, state == .steady { return lose() }
        guard cluster.now >= cluster.reachable(.plain) else { return }
        let code = cluster.group.heartbeat(memberID: memberID, generation: generation, instanceID: client.instanceID)
        switch code {
        case .none:
            heardAt = cluster.now
            client.heartbeatWasHeard()
        case .rebalanceInProgress:
            heardAt = cluster.now
            // While an event is unanswered the next heartbeat says it again.
            after { $0.rebalance() }
        case .fencedInstance: after { $0.fenced() }
        case .illegalGeneration:
            generation = -1
            after { $0.hearsOfLoss() }
        default:
            memberID = ""
            after { $0.hearsOfLoss() }
        }
    }

    private func rebalance() {
        guard state == .steady, !isClosing else { return }
        if cluster.options.isCooperative || owned.isEmpty {
            join()
        } else {
            ask(.revoke(keys(owned), isLost: false), then: .rejoin)
        }
    }

    private func fenced() {
        events.append(.failed(BrokerError(.fencedInstance, name: "FENCED_INSTANCE_ID")))
        state = .closing
        wake()
    }

    func brokersAreDown() {
        guard !isFreed else { return }
        for name in ["_TRANSPORT", "_ALL_BROKERS_DOWN"] {
            var error = BrokerError(.other, name: name)
            error.isBrokerTrouble = true
            error.areAllBrokersDown = name == "_ALL_BROKERS_DOWN"
            events.append(.failed(error))
        }
        wake()
    }
}
