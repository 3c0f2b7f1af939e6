import CLibrdkafka
import TestSupport
import Testing

@testable import Kafka

@Suite struct KafkaErrorTests {
    /// By code first: flags alone mislead, as with `_FENCED`, which is flagged abortable where offsets are sent.
    @Test func classifiesByCodeBeforeFlags() {
        let codes: [(rd_kafka_resp_err_t, KafkaError.Classification)] = [
            (RD_KAFKA_RESP_ERR__FENCED, .fenced), (RD_KAFKA_RESP_ERR_PRODUCER_FENCED, .fenced),
            (RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, .fenced), (RD_KAFKA_RESP_ERR__FATAL, .fenced),
            (RD_KAFKA_RESP_ERR_INVALID_PRODUCER_ID_MAPPING, .fenced), (RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID, .fencedInstance),
            (RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, .membership), (RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, .membership),
            (RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS, .membership),
        ]
        for (code, classification) in codes {
            #expect(KafkaError(code).classification == classification)
            #expect(KafkaError(code, isRetriable: true, isFatal: true, requiresAbort: true).classification == classification)
        }
    }

    @Test func otherCodesAreJudgedByTheirFlags() {
        let code = RD_KAFKA_RESP_ERR__TIMED_OUT
        #expect(KafkaError(code).classification == .other)
        #expect(KafkaError(code, isRetriable: true).classification == .retriable)
        #expect(KafkaError(code, isRetriable: true, requiresAbort: true).classification == .abortable)
        #expect(KafkaError(code, isRetriable: true, isFatal: true, requiresAbort: true).classification == .fatal)
        #expect(KafkaError(code, isRetriable: true).described("slow").classification == .retriable)
    }

    /// Whatever request it answers, and however it is flagged.
    @Test func aTransactionInAnotherStateIsKnownByItsCode() {
        let code = RD_KAFKA_RESP_ERR_INVALID_TXN_STATE
        for error in [KafkaError(code), KafkaError(code, isFatal: true), KafkaError(code, requiresAbort: true)] {
            #expect(error.isTransactionState && error.described("it").isTransactionState)
        }
        #expect(!KafkaError(RD_KAFKA_RESP_ERR__STATE).isTransactionState)
        #expect(!KafkaError(RD_KAFKA_RESP_ERR__FENCED).isTransactionState)
    }

    /// What explains a fencing without a rival; a fencing itself, or a refusal, does not.
    @Test func troubleOfBrokersIsNotARivalsDoing() {
        for code in [
            RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, RD_KAFKA_RESP_ERR__TIMED_OUT,
            RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
        ] { #expect(KafkaError(code).isBrokerTrouble, "\(KafkaError(code))") }
        #expect(KafkaError(RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, isRetriable: true).isBrokerTrouble)
        for code in [
            RD_KAFKA_RESP_ERR__FENCED, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION,
            RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
        ] { #expect(!KafkaError(code).isBrokerTrouble, "\(KafkaError(code))") }
    }

    @Test func namesItsCode() {
        #expect(KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT, "no answer").description == "_TIMED_OUT: no answer")
        #expect(KafkaError(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED).isAuthorization)
        #expect(KafkaError(RD_KAFKA_RESP_ERR__TRANSPORT).isTransport && !KafkaError(RD_KAFKA_RESP_ERR__TRANSPORT).isAuthorization)
        #expect(KafkaError(RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET).isOffsetLost)
    }

    /// librdkafka's own sentence would quote the value.
    @Test func aRefusedPropertyIsNamedWithoutItsValue() {
        for key in ["security.protocol", "no.such.property"] {
            let error = #expect(throws: KafkaError.self) {
                try Producer(bootstrapServers: "127.0.0.1:1", properties: [(key: key, value: "top secret")])
            }
            #expect(error?.description.contains(key) == true)
            #expect(error?.description.contains("top secret") == false)
        }
    }

    /// What guarantees hang on cannot be changed by an operator's properties.
    @Test func guaranteesAreNotOverridden() throws {
        // librdkafka refuses to make an idempotent producer with these, so they must have been overridden.
        _ = try Producer(
            bootstrapServers: "127.0.0.1:1", properties: [(key: "acks", value: "0"), (key: "enable.idempotence", value: "false")])
        _ = try TransactionalProducer(
            transactionalID: "t", bootstrapServers: "127.0.0.1:1",
            properties: [(key: "acks", value: "1"), (key: "transactional.id", value: "other"), (key: "enable.idempotence", value: "false")])
    }
}
