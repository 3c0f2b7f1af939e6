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
        var send = configuration.send
        // A part stands in a slot as it stands in the window.
        if let smpp = configuration.smpp { send.maxInFlight = min(send.maxInFlight, smpp.window) }
        self.init(
            group: configuration.kafka.groupID,
            topics: topics.requests.map { requestTopic($0, isPriority: false) }
                + topics.priorityRequests.map { requestTopic($0, isPriority: true) },
            statusTopic: topics.status, deadLetterTopic: topics.deadLetter, deadLetterLimit: deadLetterLimit,
            timings: KafkaTimings(configuration.kafka.properties), send: send, track: configuration.track,
            dedupWindow: configuration.dedup.window, dedupMaxEntries: configuration.dedup.maxEntries,
            checksBalance: configuration.provider.checkBalance && configuration.smpp == nil, maxParts: configuration.provider.maxParts,
            senderPolicy: configuration.provider.senderPolicy,
            requestTimeout: configuration.smpp?.responseTimeout ?? configuration.provider.requestTimeout,
            eventFrame: eventFrame, isTraced: configuration.traces != nil,
            receipts: configuration.receiptSettings)
    }
}

extension WorkerConfiguration {
    /// Over SMPP.
    var receiptSettings: ReceiptSettings? {
        smpp.map { smpp in
            ReceiptSettings(
                account: smpp.account, fingerprint: smpp.fingerprint(topic: topics.receipts?.name ?? ""),
                checksAddress: smpp.checksReceiptAddress)
        }
    }

    /// What an audit holds against the log of receipts.
    package var auditReceipts: AuditReceipts? {
        guard let receiptSettings, let smpp else { return nil }
        return AuditReceipts(receiptSettings, smpp.identity)
    }
}
