import EventLoop
import Requests
import SMSPipeline
import Time

/// What a client library has towards the brokers for one handle: its requests wait, are repeated, and get no answer.
final class Connection {
    let client: ClusterClient
    /// The handle is gone: answers meet nobody, what waits to be sent is not.
    var isClosed = false
    /// Requests that got no answer: what an interceptor of responses counts.
    var unanswered = 0
    /// Called for each initialisation among them.
    var initialisationIsUnanswered: () -> Void = {}
    /// Called when a request meets a delay, at once and before it is over.
    var delayed: () -> Void = {}
    /// What a request of a transaction takes longer: its coordinator is far away.
    var distance = Duration.zero

    init(_ client: ClusterClient) { self.client = client }
}

/// Requests and answers on their way.
extension Cluster {
    enum Course {
        /// To a partition's leader.
        case log
        /// To a coordinator.
        case plain
        /// Of a transaction: its answer may be lost, and a copy of it may come late.
        case transactional
        /// Of a producer's name: the same.
        case initialisation
    }

    /// Sends one request of a client library, which repeats it until it has an answer.
    ///
    /// - Parameters:
    ///   - execute: what the broker does, each time a copy of it arrives.
    ///   - answered: on the client's side.
    func send<Reply>(
        _ connection: Connection, _ course: Course, _ execute: @escaping () -> Reply, _ answered: @escaping (Reply) -> Void
    ) {
        let lateShare = lateShare(of: course)
        if lateShare > 0, hasFaults, world.chance(lateShare) { return keepBack(connection, course, execute, answered) }
        let distance = course == .transactional && hasFaults ? connection.distance : .zero
        if distance > .zero { connection.delayed() }
        world.schedule(after: latency() + distance) { [self] in arrive(connection, course, execute, answered) }
    }

    private func arrive<Reply>(
        _ connection: Connection, _ course: Course, _ execute: @escaping () -> Reply, _ answered: @escaping (Reply) -> Void
    ) {
        guard now >= reachable(course) else { return sendAgain(connection, course, execute, answered) }
        let reply = execute()
        if course == .transactional || course == .initialisation, hasFaults, options.lostAnswerShare > 0,
            world.chance(options.lostAnswerShare)
        {
            onFault?("lostAnswer")
            return unanswered(connection, course, after: notice(), execute, answered)
        }
        world.schedule(after: latency()) { [self] in
            // The broker died with the answer: it was executed, and is repeated.
            if now < awayUntil { return unanswered(connection, course, after: .zero, execute, answered) }
            connection.client.deliver { if !connection.isClosed { answered(reply) } }
        }
    }

    /// The broker, or the coordinator, is not there: the library goes on trying.
    private func sendAgain<Reply>(
        _ connection: Connection, _ course: Course, _ execute: @escaping () -> Reply, _ answered: @escaping (Reply) -> Void
    ) {
        connection.client.deliver { if !connection.isClosed { connection.delayed() } }
        world.schedule(at: reachable(course) + world.duration(1_000...300_000)) { [self] in
            connection.client.deliver { [self] in
                guard !connection.isClosed else { return }
                send(connection, course, execute, answered)
            }
        }
    }

    private func keepBack<Reply>(
        _ connection: Connection, _ course: Course, _ execute: @escaping () -> Reply, _ answered: @escaping (Reply) -> Void
    ) {
        onFault?("lateCopy")
        world.schedule(after: world.duration(options.lateCopyDelay)) { [self] in
            guard now >= reachable(.transactional) else { return }
            _ = execute()
            if course == .initialisation, connection.client.isKilled { onLateInitialisation?(connection.client.stem) }
        }
        unanswered(connection, course, after: notice(), execute, answered)
    }

    private func unanswered<Reply>(
        _ connection: Connection, _ course: Course, after delay: Duration, _ execute: @escaping () -> Reply,
        _ answered: @escaping (Reply) -> Void
    ) {
        // Nobody notices yet, and the call that waits for it has a timeout of its own.
        connection.client.deliver { if !connection.isClosed { connection.delayed() } }
        world.schedule(after: delay) { [self] in
            connection.client.deliver { [self] in
                guard !connection.isClosed else { return }
                connection.unanswered += 1
                if course == .initialisation { connection.initialisationIsUnanswered() }
                connection.delayed()
                // Its repetition has no fault of its own: it ends.
                world.schedule(after: latency()) { [self] in arrive(connection, course == .log ? .log : .plain, execute, answered) }
            }
        }
    }

    private func lateShare(of course: Course) -> Double {
        switch course {
        case .log, .plain: 0
        case .transactional: options.lateCopyShare
        case .initialisation: options.lateInitialisationShare
        }
    }

    private func notice() -> Duration {
        world.duration(world.chance(options.muteNoticeShare) ? options.muteNotice : options.resetNotice)
    }

    func reachable(_ course: Course) -> MonotonicInstant { course == .log ? awayUntil : max(awayUntil, coordinatorAwayUntil) }

    func latency() -> Duration {
        if now < slowUntil { return world.duration(options.slowLatency) }
        let isSlow = hasFaults && options.slowShare > 0 && world.chance(options.slowShare)
        return world.duration(isSlow ? options.slowLatency : options.latency)
    }
}
