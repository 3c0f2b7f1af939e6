import EventLoop
import Requests
import SMSPipeline
import Time

/// One process, as Kafka and its client library see it.
final class ClusterClient {
    let cluster: Cluster
    /// `group.instance.id`; nil: a dynamic member.
    let instanceID: String?
    /// What its `transactional.id`s are made of.
    let stem: String
    private(set) var isKilled = false
    /// It gets no processor: nothing is delivered, no heartbeat leaves. What it has sent arrives.
    var isFrozen = false {
        didSet { if oldValue, !isFrozen { thaw() } }
    }
    /// Its thread of heartbeats gets no processor, while others do.
    var isOutOfBreath = false
    /// Once, right behind the next heartbeat that the group has heard.
    var onHeartbeat: (() -> Void)?

    /// Once, right behind so many requests of transactional producers.
    var onProducerRequest: (number: Int, () -> Void)?

    func producerHasAsked() {
        guard let (number, body) = onProducerRequest else { return }
        onProducerRequest = number > 1 ? (number - 1, body) : nil
        if number <= 1 { body() }
    }

    func heartbeatWasHeard() {
        let heard = onHeartbeat
        onHeartbeat = nil
        heard?()
    }
    /// What came for it meanwhile.
    private var deferred: [() -> Void] = []
    let consumers = Consumers()

    /// By the number of its producer: initialisations that got no answer, or that nobody waited for any more, of all sessions. One may come
    /// late.
    private var lateInitialisations = [0, 0]

    func addLateInitialisation(of producer: Int) { lateInitialisations[producer] += 1 }

    func takeLateInitialisations(of producer: Int) -> Int {
        defer { lateInitialisations[producer] = 0 }
        return lateInitialisations[producer]
    }

    /// What holds closures that hold itself, until the schedule is over.
    var belongings: [any Forgetful] = []

    /// Those of its sessions that are not freed.
    final class Consumers {
        var all: [SimulatedConsumer] = []
    }

    init(cluster: Cluster, instanceID: String?, stem: String) {
        self.cluster = cluster
        self.instanceID = instanceID
        self.stem = stem
        cluster.clients.append(self)
    }

    /// Its connections are gone: requests that were sent still arrive, answers meet nobody.
    func kill() {
        isKilled = true
        deferred = []
        for consumer in consumers.all { consumer.free() }
        cluster.clients.removeAll { $0 === self }
    }

    /// The schedule is over: nothing is waited for any more.
    func forget() {
        for belonging in belongings { belonging.forget() }
        belongings = []
        deferred = []
        onHeartbeat = nil
        onProducerRequest = nil
    }

    /// Lets something happen on this process' side: now, when it runs again, or never.
    func deliver(_ body: @escaping () -> Void) {
        if isKilled { return }
        if isFrozen { deferred.append(body) } else { body() }
    }

    /// Its threads run again, in any order.
    private func thaw() {
        let bodies = deferred
        deferred = []
        for body in bodies { cluster.world.schedule(after: cluster.world.duration(0...3_000)) { [self] in deliver(body) } }
    }
}

/// Lets go of what it waits for.
protocol Forgetful: AnyObject {
    func forget()
}
