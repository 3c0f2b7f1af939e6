import EventLoop
import Requests
import SMSPipeline
import SMSWorker
import Time

extension Options {
    /// What the worker's configuration is where an operator says nothing: read once, the schedules change it.
    nonisolated static let standard: WorkerConfiguration = {
        do throws(ConfigurationError) {
            return try ConfigurationLoader(
                environment: [:], flags: ConfigurationFlags([]),
                surroundings: ConfigurationSurroundings(hostName: "worker", random: 1, isTerminal: false)
            ).load(requiring: []).configuration
        } catch {
            preconditionFailure("the standard configuration is one: \(error)")
        }
    }()

    /// - Parameter name: of the process; what its transactional ids and its `group.instance.id` are made of.
    func configuration(name: String) -> WorkerConfiguration {
        var configuration = Self.standard
        configuration.kafka.groupID = Self.group
        configuration.kafka.transactionalStem = name
        configuration.kafka.instanceID = isStatic ? name : nil
        configuration.kafka.properties = KafkaProperties([
            (key: "session.timeout.ms", value: "\(session.milliseconds)"),
            (key: "heartbeat.interval.ms", value: "\(heartbeat.milliseconds)"),
            (key: "transaction.timeout.ms", value: "\(transaction.milliseconds)"),
        ])
        configuration.topics.requests = [Self.requestTopic]
        configuration.topics.priorityRequests = hasPriorityTopic ? [Self.priorityTopic] : []
        configuration.topics.status = Self.statusTopic
        configuration.topics.deadLetter = Self.deadLetterTopic
        configuration.topics.ledgerSuffix = Self.ledgerSuffix
        configuration.provider.requestTimeout = requestTimeout
        configuration.provider.transientCodes = ["TRY_LATER"]
        configuration.send.maxInFlight = maxInFlight
        configuration.send.rateLimit = rateLimit
        configuration.send.onUnknown = policy
        configuration.send.ordering = ordering
        configuration.send.maxAttempts = maxAttempts
        configuration.send.maxAge = maxAge
        configuration.send.backoff = backoff
        configuration.send.backoffMax = backoffMax
        configuration.send.retryBudget = retryBudget
        configuration.send.schedule = schedule
        configuration.send.maxWaiting = maxWaiting
        configuration.send.drainLimit = drainLimit
        configuration.track.cadence = cadence
        configuration.track.horizon = horizon
        configuration.dedup.window = dedupWindow
        configuration.dedup.maxEntries = dedupEntries
        return configuration
    }

    /// What a process's pipeline is told.
    func settings(name: String) -> PipelineSettings {
        var settings = PipelineSettings(configuration(name: name), deadLetterLimit: 1 << 20)
        settings.recordLimit = recordLimit
        settings.overlapFrom = overlapFrom
        guard let door else { return settings }
        var changed = PipelineSettings(
            group: settings.group, topics: settings.topics, statusTopic: settings.statusTopic, deadLetterTopic: settings.deadLetterTopic,
            deadLetterLimit: settings.deadLetterLimit, timings: settings.timings, send: settings.send, track: settings.track,
            dedupWindow: settings.dedupWindow, dedupMaxEntries: settings.dedupMaxEntries, checksBalance: settings.checksBalance,
            maxParts: settings.maxParts, senderPolicy: settings.senderPolicy, requestTimeout: settings.requestTimeout,
            receipts: DoorOptions.settings, recordLimit: door.recordLimit,
            recordInterval: door.recordInterval)
        changed.overlapFrom = overlapFrom
        return changed
    }

    func cluster(_ options: inout ClusterOptions) {
        options.requestTopics = requestTopics
        options.group = Self.group
        options.isCooperative = isCooperative
        options.sessionTimeout = session
        options.heartbeat = heartbeat
        options.transactionTimeout = transaction
        var draw = Stream(seed, "cluster")
        if draw.has(isShort ? 0.2 : 0.5) { options.initialRebalanceDelay = .seconds(3) }
        if has(.slowCluster) {
            options.slowShare = draw.pick([0.005, 0.05])
            var far = Stream(seed, "far")
            if far.has(0.3) { options.farProducer = (far.int(0...1), .milliseconds(far.int(20...500))) }
        }
        if has(.slowMarkers) { options.slowMarkerShare = freezesInCommit ? 0.5 : draw.pick([0.02, 0.2]) }
        if has(.lostAnswers) { options.lostAnswerShare = draw.pick([0.01, 0.1]) }
        if has(.lateCopies) {
            options.lateCopyShare = draw.pick([0.01, 0.1])
            options.lateInitialisationShare = draw.pick([0, 0.02, 0.2])
        }
        if has(.jumps) {
            options.jumpShare = draw.pick([0.1, 0.5])
            options.repeatShare = draw.pick([0.1, 0.5])
            options.knownEndShare = draw.pick([0, 0.5, 1])
        }
    }

    var clusterTopics: [ClusterOptions.Topic] {
        var topics: [ClusterOptions.Topic] = []
        for name in requestTopics {
            topics.append(ClusterOptions.Topic(name: name, partitions: partitions))
            topics.append(ClusterOptions.Topic(name: name + Self.ledgerSuffix, partitions: partitions, isCompacted: true))
        }
        topics.append(ClusterOptions.Topic(name: Self.statusTopic, partitions: 1))
        topics.append(ClusterOptions.Topic(name: Self.deadLetterTopic, partitions: 1))
        return topics
    }
}
