import CLibrdkafka
import Testing

@testable import Kafka
@testable import Requests
@testable import SMSPipeline
@testable import SMSWorker

/// Two rivals fence each other for ever where a steady error that has nothing to do with it passes for an explanation.
@Suite struct BrokerErrorTests {
    static let trouble = [
        RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, RD_KAFKA_RESP_ERR__RESOLVE, RD_KAFKA_RESP_ERR__TIMED_OUT,
        RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION, RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE,
        RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, RD_KAFKA_RESP_ERR_NOT_COORDINATOR, RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE,
        RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
    ].map { BrokerError(KafkaError($0)) }

    static let others = [
        RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED,
        RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, RD_KAFKA_RESP_ERR__AUTHENTICATION, RD_KAFKA_RESP_ERR__BAD_MSG, RD_KAFKA_RESP_ERR_UNKNOWN,
    ].map { BrokerError(KafkaError($0)) }

    @Test(arguments: trouble) func whatIsTroubleOfTheBrokersIsToldSo(_ error: BrokerError) { #expect(error.isBrokerTrouble) }

    @Test(arguments: [
        (RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, BrokerError.GroupRefusal.rights),
        (RD_KAFKA_RESP_ERR_INVALID_SESSION_TIMEOUT, .sessionTimeout),
        (RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, nil), (RD_KAFKA_RESP_ERR__TRANSPORT, nil),
        (RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, nil),
    ]) func whatTheGroupRefusesIsKnownByItsCode(_ code: rd_kafka_resp_err_t, _ refusal: BrokerError.GroupRefusal?) {
        #expect(BrokerError(KafkaError(code)).groupRefusal == refusal)
    }

    @Test(arguments: others) func anyOtherErrorIsNot(_ error: BrokerError) {
        #expect(!error.isBrokerTrouble)
        #expect(!RestoreError.kafka(error).isBrokerTrouble)
    }
}
