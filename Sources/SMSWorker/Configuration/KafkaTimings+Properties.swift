package import SMSPipeline

extension KafkaTimings {
    package init(_ properties: KafkaProperties) {
        self.init(session: properties.session, heartbeat: properties.heartbeat, transaction: properties.transactionTimeout)
    }
}
