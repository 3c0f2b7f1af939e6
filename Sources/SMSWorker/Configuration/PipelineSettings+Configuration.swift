package import SMSPipeline

extension PipelineSettings {
    /// - Parameters:
    ///   - deadLetterLimit: bytes of a record that the topic of dead letters takes.
    ///   - eventFrame: stands before the value of each event.
    package init(_ configuration: WorkerConfiguration, deadLetterLimit: Int, eventFrame: [UInt8] = []) {
        let topics = configuration.topics
        func requestTopic(_ name: String, isPriority: Bool) -> RequestTopic {
            RequestTopic(name: name, ledgerName: topics.ledger(of: name), isPriority: isPriority)
        }
        self.init(
            group: configuration.kafka.groupID,
            topics: topics.requests.map { requestTopic($0, isPriority: false) }
                + topics.priorityRequests.map { requestTopic($0, isPriority: true) },
            statusTopic: topics.status, deadLetterTopic: topics.deadLetter, deadLetterLimit: deadLetterLimit,
            timings: KafkaTimings(configuration.kafka.properties), send: configuration.send, track: configuration.track,
            dedupWindow: configuration.dedup.window, dedupMaxEntries: configuration.dedup.maxEntries,
            checksBalance: configuration.provider.checkBalance, maxParts: configuration.provider.maxParts,
            senderPolicy: configuration.provider.senderPolicy, requestTimeout: configuration.provider.requestTimeout,
            eventFrame: eventFrame, isTraced: configuration.traces != nil)
    }
}
