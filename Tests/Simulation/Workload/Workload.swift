import EventLoop
import Requests
import SMSPipeline
import SMSWorker
import Time

/// What producers and operators write to the request topics.
final class Workload {
    private let world: World
    private let cluster: Cluster
    private let judge: Judge
    private let options: Options
    private var draw: Stream
    /// Written within the window; commands and repeats of a request come later.
    private(set) var isDone = false
    private var left: Int
    private var later = 0

    init(cluster: Cluster, judge: Judge, options: Options) {
        world = cluster.world
        self.cluster = cluster
        self.judge = judge
        self.options = options
        draw = Stream(options.seed, "workload")
        left = options.requests
        let isBurst = draw.has(options.isShort ? 0.6 : 0.3)
        for _ in 0..<options.requests {
            let window = Int(options.window.milliseconds)
            let at = isBurst ? draw.int(0...max(1, window / 20)) : draw.int(0...window)
            // All of one request is drawn here, so that one more or less leaves the others as they are.
            let seed = draw.next()
            world.schedule(after: .milliseconds(at)) { [self] in
                produce(Stream(seed, "request"))
                left -= 1
                finishIfDone()
            }
        }
        finishIfDone()
    }

    private func finishIfDone() { isDone = left == 0 && later == 0 }

    private func schedule(_ milliseconds: Int, _ body: @escaping () -> Void) {
        later += 1
        world.schedule(after: .milliseconds(milliseconds)) { [self] in
            body()
            later -= 1
            finishIfDone()
        }
    }

    private func produce(_ stream: Stream) {
        var stream = stream
        let isPriorityTopic = options.hasPriorityTopic && stream.has(max(0.2, options.priorityShare))
        var key = options.keys == 0 || stream.has(0.2) ? -1 : stream.int(0...options.keys - 1)
        if options.hotKeyShare > 0, stream.has(options.hotKeyShare) { key = 0 }
        let partition = Int32(key >= 0 ? key % Int(options.partitions) : stream.int(0...Int(options.partitions) - 1))
        let place = (isPriorityTopic ? Int(options.partitions) : 0) + Int(partition)
        if options.has(.badRecords), stream.has(0.1) { return bad(place, &stream) }
        var draft = RequestDraft(place: place, key: key, isPriority: isPriorityTopic)
        if stream.has(0.3), options.priorityShare > 0 { draft.priority = stream.has(options.priorityShare) }
        if options.has(.policies), stream.has(options.policyShare) { draft.policy = stream.pick([.resend, .fail, .hold]) }
        if options.has(.schedules), stream.has(0.4) { draft.sendAt = world.wall + Int64(stream.wild(1...10_000)) - 500 }
        if options.has(.expiries), stream.has(0.4) {
            draft.expiresAt = max(world.wall, draft.sendAt ?? 0) + Int64(stream.wild(1...60_000))
        }
        draft.isGenerated = options.has(.generated) && stream.has(0.5)
        if let door = options.door { draft.parts = stream.has(0.02) ? 0 : stream.int(1...door.parts) }
        let made = write(draft, kind: .request)
        if options.has(.repeats), stream.has(0.25) {
            for _ in 0..<stream.int(1...2) {
                var copy = draft
                copy.id = made.id
                copy.isGenerated = false
                schedule(stream.wild(1...12_000)) { [self] in _ = write(copy, kind: .copy) }
            }
        }
        if options.has(.commands) { command(made, &stream) }
    }

    private func command(_ made: RequestCase, _ stream: inout Stream) {
        if stream.has(0.2) { schedule(stream.wild(1...8_000)) { [self] in order(made, "\"command\":\"cancel\"") } }
        // An operator decides on what is held; the more often they look, the sooner.
        guard made.policy == .hold || stream.has(0.05) else { return }
        let resolution = stream.pick([
            "\"as\":\"resend\"", "\"as\":\"resend\"", "\"as\":\"failed\"", "\"as\":\"sent\"",
            "\"as\":\"sent\",\"messageId\":\"9007199254740993\"",
        ])
        for _ in 0..<stream.int(1...3) {
            schedule(stream.wild(300...20_000)) { [self] in
                // By then an operator can have the ids from the provider.
                let words = options.door != nil && resolution.contains("messageId") ? sent(made) : resolution
                order(made, "\"command\":\"resolve\",\(words)")
            }
        }
    }

    private func sent(_ made: RequestCase) -> String {
        var ids: [String] = []
        for (index, (part, copies)) in zip(made.parts, made.copies ?? []).enumerated() where part.state == .unknown {
            if let id = copies.last?.id, !id.isEmpty { ids.append("\"\(index + 1)=\(id)\"") }
        }
        return ids.isEmpty ? "\"as\":\"sent\"" : "\"as\":\"sent\",\"messageIds\":[\(ids.joined(separator: ","))]"
    }

    // MARK: Records

    private func write(_ draft: RequestDraft, kind: RequestCase.Kind) -> RequestCase {
        let number = judge.cases.count
        let key = judge.partitions[draft.place].key
        let offset = Int64(judge.partitions[draft.place].cases.count)
        let id = draft.id ?? Array((draft.isGenerated ? "\(key.topic)-\(key.partition)-\(offset)-\(world.wall)" : "id-\(number)").utf8)
        let made = RequestCase(
            number: number, kind: kind, partition: draft.place, offset: offset, timestamp: world.wall, id: id,
            policy: draft.policy ?? options.policy, key: draft.key,
            isPriority: draft.priority ?? draft.isPriority, sendAt: draft.sendAt, expiresAt: draft.expiresAt)
        made.copies = draft.parts.map { Array(repeating: [], count: $0) }
        judge.produced(made)
        produce(key, made, key: draft.key, value: draft.json(number: number, id: id))
        return made
    }

    private func order(_ made: RequestCase, _ members: String) {
        made.orders.append(world.wall)
        record(
            made.partition, key: made.key, kind: .command,
            value: Array("{\"id\":\"\(String(decoding: made.id, as: UTF8.self))\",\(members)}".utf8))
    }

    private func bad(_ place: Int, _ stream: inout Stream) {
        let value = stream.pick(["{", "{\"phone\":\"12\",\"text\":\"x\"}", "{\"text\":\"x\"}", "[]", "{\"id\":\"x\",\"command\":\"sing\"}"])
        record(place, key: -1, kind: .bad, value: Array(value.utf8))
    }

    private func record(_ place: Int, key: Int, kind: RequestCase.Kind, value: [UInt8]) {
        let made = RequestCase(
            number: judge.cases.count, kind: kind, partition: place, offset: Int64(judge.partitions[place].cases.count),
            timestamp: world.wall,
            id: [], policy: .resend, key: key, isPriority: false, sendAt: nil, expiresAt: nil)
        judge.produced(made)
        produce(judge.partitions[place].key, made, key: key, value: value)
    }

    private func produce(_ partition: PartitionKey, _ made: RequestCase, key: Int, value: [UInt8]) {
        let offset = cluster.produce(
            topic: partition.topic, partition: partition.partition, key: key >= 0 ? Array("key-\(key)".utf8) : nil, value: value,
            timestamp: world.wall)
        precondition(offset == made.offset, "request topics have no gaps here")
    }
}
