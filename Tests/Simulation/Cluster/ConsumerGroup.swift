import EventLoop
import Requests
import SMSPipeline
import SMSWorker
import Time

/// One member, as the coordinator knows it.
final class GroupMember {
    var id: String
    let instanceID: String?
    let client: ClusterClient
    /// What it says that it owns, and since which generation.
    var owned: [Int]
    var ownedSince: Int32
    var assignment: [Int] = []
    /// Without a heartbeat until then it is evicted.
    var deadline: MonotonicInstant
    var joining: ((JoinAnswer) -> Void)?
    var syncing: ((SyncAnswer) -> Void)?
    var isGone = false

    init(id: String, instanceID: String?, client: ClusterClient, deadline: MonotonicInstant) {
        self.id = id
        self.instanceID = instanceID
        self.client = client
        owned = []
        ownedSince = -1
        self.deadline = deadline
    }
}

enum JoinAnswer {
    case joined(generation: Int32, memberID: String)
    case memberIDRequired(String)
    case refused(BrokerCode)
}

enum SyncAnswer {
    case assigned([Int])
    case refused(BrokerCode)
}

struct JoinRequest {
    let client: ClusterClient
    let memberID: String
    let instanceID: String?
    let owned: [Int]
    let ownedSince: Int32
}

/// The group's coordinator (the classic protocol). Every function is one request, executed; answers that wait are closures.
final class ConsumerGroup {
    enum State { case empty, preparing, completing, stable }

    private unowned let cluster: Cluster
    private(set) var state = State.empty
    private(set) var generation: Int32 = 0
    private(set) var members: [GroupMember] = []
    /// Member ids given out to dynamic members that have not joined with them yet.
    private var given: [String] = []
    private var count = 0
    private var rebalance = 0
    /// Partitions without an owner, and nothing under way that would give them one: a cooperative member was to give them up and then to join
    /// again; it came again as a new static member instead, which a stable group takes in its place without a rebalance.
    private(set) var ownerless: [Int] = []
    /// An empty group waits for more members.
    private var mayComplete = true

    init(cluster: Cluster) { self.cluster = cluster }

    private var options: ClusterOptions { cluster.options }
    private func member(_ id: String) -> GroupMember? { members.first { $0.id == id } }

    /// As the coordinator sees it now.
    func isOwner(_ client: ClusterClient, of key: PartitionKey) -> Bool {
        guard let log = cluster.log(key)?.index else { return false }
        return members.contains { $0.client === client && $0.assignment.contains(log) }
    }

    private func makeID(_ instanceID: String?) -> String {
        count += 1
        return "\(instanceID ?? "m")-\(count)"
    }

    // MARK: Requests

    func check(memberID: String, generation: Int32, instanceID: String?) -> BrokerCode {
        if let instanceID {
            guard let holder = members.first(where: { $0.instanceID == instanceID }) else { return .unknownMember }
            guard holder.id == memberID else { return .fencedInstance }
        }
        guard member(memberID) != nil else { return .unknownMember }
        return generation == self.generation ? .none : .illegalGeneration
    }

    func heartbeat(memberID: String, generation: Int32, instanceID: String?) -> BrokerCode {
        let standing = check(memberID: memberID, generation: generation, instanceID: instanceID)
        guard standing == .none, let member = member(memberID) else { return standing }
        member.deadline = cluster.now + options.sessionTimeout
        return state == .preparing ? .rebalanceInProgress : .none
    }

    func join(_ request: JoinRequest, _ answer: @escaping (JoinAnswer) -> Void) {
        guard let member = admit(request, answer) else { return }
        member.owned = request.owned
        member.ownedSince = request.ownedSince
        member.joining = answer
        member.deadline = cluster.now + options.sessionTimeout
        prepare()
        completeIfAllJoined()
    }

    /// Nil: it has its answer.
    private func admit(_ request: JoinRequest, _ answer: (JoinAnswer) -> Void) -> GroupMember? {
        if let instanceID = request.instanceID {
            guard let holder = members.first(where: { $0.instanceID == instanceID }) else {
                guard request.memberID.isEmpty else {
                    answer(.refused(.unknownMember))
                    return nil
                }
                return add(makeID(instanceID), request)
            }
            if request.memberID.isEmpty { return replace(holder, request, answer) }
            guard holder.id == request.memberID else {
                answer(.refused(.fencedInstance))
                return nil
            }
            return holder
        }
        if request.memberID.isEmpty {
            let id = makeID(nil)
            given.append(id)
            answer(.memberIDRequired(id))
            return nil
        }
        if let member = member(request.memberID) { return member }
        guard let index = given.firstIndex(of: request.memberID) else {
            answer(.refused(.unknownMember))
            return nil
        }
        given.remove(at: index)
        return add(request.memberID, request)
    }

    private func add(_ id: String, _ request: JoinRequest) -> GroupMember {
        let member = GroupMember(
            id: id, instanceID: request.instanceID, client: request.client, deadline: cluster.now + options.sessionTimeout)
        members.append(member)
        watch(member)
        return member
    }

    /// A static member comes again under a new id: who had the name is fenced. In a stable group it is given what the name had, at once.
    private func replace(_ holder: GroupMember, _ request: JoinRequest, _ answer: (JoinAnswer) -> Void) -> GroupMember? {
        let member = add(makeID(request.instanceID), request)
        member.assignment = holder.assignment
        holder.isGone = true
        holder.joining?(.refused(.fencedInstance))
        holder.syncing?(.refused(.fencedInstance))
        // In its place: the leader stays who it was.
        members.removeLast()
        if let index = members.firstIndex(where: { $0 === holder }) { members[index] = member }
        guard state == .stable else { return member }
        member.owned = request.owned
        member.ownedSince = request.ownedSince
        ownerless += holder.owned.filter { log in !members.contains { $0.assignment.contains(log) } && !ownerless.contains(log) }
        answer(.joined(generation: generation, memberID: member.id))
        return nil
    }

    func sync(memberID: String, generation: Int32, instanceID: String?, _ answer: @escaping (SyncAnswer) -> Void) {
        let standing = check(memberID: memberID, generation: generation, instanceID: instanceID)
        guard standing == .none, let member = member(memberID) else { return answer(.refused(standing)) }
        member.deadline = cluster.now + options.sessionTimeout
        switch state {
        case .empty, .preparing: answer(.refused(.rebalanceInProgress))
        case .stable: answer(.assigned(member.assignment))
        case .completing:
            member.syncing = answer
            guard member === members.first else { return }
            assign()
        }
    }

    func leave(memberID: String) {
        given.removeAll { $0 == memberID }
        if let member = member(memberID) { remove(member) }
    }

    // MARK: Rebalances

    private func prepare() {
        guard state != .preparing else { return }
        for member in members {
            member.syncing?(.refused(.rebalanceInProgress))
            member.syncing = nil
        }
        mayComplete = state != .empty || options.initialRebalanceDelay == .zero
        state = .preparing
        rebalance += 1
        let number = rebalance
        if !mayComplete {
            cluster.world.schedule(after: options.initialRebalanceDelay) { [self] in
                guard rebalance == number else { return }
                mayComplete = true
                completeIfAllJoined()
            }
        }
        cluster.world.schedule(after: options.rebalanceTimeout) { [self] in
            guard rebalance == number, state == .preparing else { return }
            for member in members where member.joining == nil && member.instanceID == nil { forget(member) }
            completeIfAllJoined(isLate: true)
        }
    }

    private func completeIfAllJoined(isLate: Bool = false) {
        guard state == .preparing, mayComplete else { return }
        guard !members.isEmpty else {
            generation += 1
            state = .empty
            return
        }
        guard isLate || members.allSatisfy({ $0.joining != nil }) else { return }
        generation += 1
        state = .completing
        for member in members {
            member.deadline = cluster.now + options.sessionTimeout
            let answer = member.joining
            member.joining = nil
            answer?(.joined(generation: generation, memberID: member.id))
        }
    }

    private func assign() {
        ownerless = []
        let shares = Assignor.assign(
            cluster.requestLogs, to: members.map { ($0.owned, $0.ownedSince) }, isCooperative: options.isCooperative)
        state = .stable
        for (member, share) in zip(members, shares) {
            member.assignment = share
            cluster.onAssigned?(member.client, generation, share.map { cluster.logs[$0].key })
        }
        for member in members {
            let answer = member.syncing
            member.syncing = nil
            answer?(.assigned(member.assignment))
        }
    }

    /// As an operator has one, who restarts a worker under another name.
    func rebalanceNow() {
        ownerless = []
        if state == .stable { prepare() }
    }

    // MARK: Eviction

    private func watch(_ member: GroupMember) {
        cluster.world.schedule(at: member.deadline) { [self, weak member] in
            guard let member, !member.isGone else { return }
            // One that waits for others to join, or for the leader, is known to live.
            if member.joining != nil || member.syncing != nil { member.deadline = cluster.now + options.sessionTimeout }
            guard cluster.now >= member.deadline else { return watch(member) }
            cluster.onFault?("evicted")
            cluster.onEvicted?(member.client)
            remove(member)
        }
    }

    private func remove(_ member: GroupMember) {
        forget(member)
        if members.isEmpty {
            state = .preparing
            mayComplete = true
        } else {
            prepare()
        }
        completeIfAllJoined()
    }

    private func forget(_ member: GroupMember) {
        member.isGone = true
        members.removeAll { $0 === member }
        member.joining?(.refused(.unknownMember))
        member.joining = nil
        member.syncing?(.refused(.unknownMember))
        member.syncing = nil
    }

    /// Sessions begin anew with the coordinator.
    func coordinatorReturns(at instant: MonotonicInstant) {
        for member in members { member.deadline = max(member.deadline, instant + options.sessionTimeout) }
    }
}
