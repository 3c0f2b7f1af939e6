internal import Kafka
internal import Requests
internal import SMSPipeline

extension BrokerError {
    init(_ error: KafkaError) {
        let kind: Kind =
            switch error.classification {
            case .retriable: .retriable
            case .abortable: .abortable
            case .fenced: .fenced
            case .fencedInstance: .fencedInstance
            case .membership: .membership
            case .fatal: .fatal
            case .other: .other
            }
        self.init(kind, name: error.name, description: error.description)
        isBrokerTrouble = error.isBrokerTrouble
        isOffsetLost = error.isOffsetLost
        areAllBrokersDown = error.areAllBrokersDown
        isMissingTopic = error.isUnknownTopic
        isDamagedLog = error.isDamagedLog
        isTransactionState = error.isTransactionState
        groupRefusal = if error.isGroupAuthorization { .rights } else if error.isSessionTimeoutRefused { .sessionTimeout } else { nil }
        code = error.code
    }
}

extension KafkaError {
    init(_ error: BrokerError) { self.init(code: error.code, error.description) }
}
