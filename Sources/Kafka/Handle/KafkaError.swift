internal import CLibrdkafka

/// An error of librdkafka or of a broker, by its code. `description` is harmless: it names topics and addresses, never a value.
package struct KafkaError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What to do about it: by code first, since flags alone mislead.
    package enum Classification: Equatable, Sendable {
        /// The same call again.
        case retriable
        /// Abort the transaction; the same operations may be tried again.
        case abortable
        /// Another producer has this one's name, or its transaction has timed out: handles are of no use any more.
        case fenced
        /// A living rival has this member's `group.instance.id`.
        case fencedInstance
        /// The group has gone on without this member's generation.
        case membership
        /// The handle is of no use any more.
        case fatal
        case other
    }

    /// `rd_kafka_resp_err_t`.
    package let code: Int32
    package let message: String
    package let isRetriable: Bool
    package let isFatal: Bool
    package let requiresAbort: Bool

    /// The code's own name, as `_TIMED_OUT` or `TOPIC_AUTHORIZATION_FAILED`.
    package var name: String {
        guard let name = rd_kafka_err2name(rd_kafka_resp_err_t(code)) else { return "\(code)" }
        return String(cString: name)
    }

    package var description: String { message.isEmpty ? name : "\(name): \(message)" }

    package var classification: Classification {
        switch rd_kafka_resp_err_t(code) {
        case RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID: .fencedInstance
        case RD_KAFKA_RESP_ERR__FENCED, RD_KAFKA_RESP_ERR_PRODUCER_FENCED, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH,
            RD_KAFKA_RESP_ERR__FATAL, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_ID_MAPPING:
            .fenced
        case RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS:
            .membership
        default:
            if isFatal { .fatal } else if requiresAbort { .abortable } else if isRetriable { .retriable } else { .other }
        }
    }

    init(
        _ code: rd_kafka_resp_err_t, _ message: String? = nil, isRetriable: Bool = false, isFatal: Bool = false, requiresAbort: Bool = false
    ) {
        self.code = code.rawValue
        self.message = message ?? rd_kafka_err2str(code).map { String(cString: $0) } ?? ""
        self.isRetriable = isRetriable
        self.isFatal = isFatal
        self.requiresAbort = requiresAbort
    }

    /// By its number alone.
    package init(code: Int32, _ message: String) { self.init(rd_kafka_resp_err_t(code), message) }

    /// Takes the error over and destroys it.
    init(consuming error: OpaquePointer) {
        self.init(
            rd_kafka_error_code(error), rd_kafka_error_string(error).map { String(cString: $0) },
            isRetriable: rd_kafka_error_is_retriable(error) != 0, isFatal: rd_kafka_error_is_fatal(error) != 0,
            requiresAbort: rd_kafka_error_txn_requires_abort(error) != 0)
        rd_kafka_error_destroy(error)
    }

    /// A failure on this side of the wire: a setting that librdkafka refuses, a handle that could not be made.
    package init(local message: String) { self.init(RD_KAFKA_RESP_ERR__INVALID_ARG, message) }

    /// A failure of this process: no thread to be had, or a call that does not return.
    package init(failed message: String) { self.init(RD_KAFKA_RESP_ERR__FAIL, message) }

    /// The same with another sentence.
    package func described(_ message: String) -> KafkaError {
        KafkaError(
            rd_kafka_resp_err_t(code), message, isRetriable: isRetriable, isFatal: isFatal, requiresAbort: requiresAbort)
    }

    package var isTimeout: Bool {
        code == RD_KAFKA_RESP_ERR__TIMED_OUT.rawValue || code == RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE.rawValue
    }

    /// The offset asked for is no longer, or not yet, in the log, and the reset policy is `error`.
    package var isOffsetLost: Bool {
        code == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET.rawValue || code == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE.rawValue
    }

    /// What stands in the log is not what was written, or cannot be unpacked.
    package var isDamagedLog: Bool {
        code == RD_KAFKA_RESP_ERR__BAD_MSG.rawValue || code == RD_KAFKA_RESP_ERR__BAD_COMPRESSION.rawValue
            || code == RD_KAFKA_RESP_ERR_INVALID_MSG.rawValue
    }

    /// A connection is missing: brokers come and go, and librdkafka goes on trying.
    package var isTransport: Bool {
        code == RD_KAFKA_RESP_ERR__TRANSPORT.rawValue || code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN.rawValue
            || code == RD_KAFKA_RESP_ERR__RESOLVE.rawValue
    }

    /// The two sides do not agree on TLS, or on a certificate. Where only one of them speaks it, the client has no code for that, but says so.
    package var isTLS: Bool { code == RD_KAFKA_RESP_ERR__SSL.rawValue || message.contains("SSL") || message.contains("certificate") }

    /// Brokers are slow, away or busy with themselves: what explains that a transaction times out.
    package var isBrokerTrouble: Bool {
        isTransport || isTimeout || isRetriable || isCoordinatorMoving || Self.brokerTrouble.contains(rd_kafka_resp_err_t(code))
    }

    /// The broker knows the transaction in another state than its producer: something else has ended it, a late request of the producer's
    /// own most likely. What is visible of it is open.
    package var isTransactionState: Bool { code == RD_KAFKA_RESP_ERR_INVALID_TXN_STATE.rawValue }

    /// Where an error comes as an event, no flag tells that it passes.
    private static let brokerTrouble: [rd_kafka_resp_err_t] = [
        RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, RD_KAFKA_RESP_ERR__WAIT_COORD, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
        RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION, RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
        RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
        RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND, RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR, RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE,
        RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH, RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH,
    ]

    /// The broker asked is not, or not yet, the group's coordinator.
    var isCoordinatorMoving: Bool {
        code == RD_KAFKA_RESP_ERR_NOT_COORDINATOR.rawValue || code == RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE.rawValue
            || code == RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS.rawValue
    }

    package var areAllBrokersDown: Bool { code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN.rawValue }

    /// A setting that librdkafka refuses, or that it cannot use.
    package var isLocalRefusal: Bool { code == RD_KAFKA_RESP_ERR__INVALID_ARG.rawValue }

    package var isUnknownTopic: Bool {
        code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART.rawValue || code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC.rawValue
            || code == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION.rawValue
    }

    package var isGroupAuthorization: Bool { code == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED.rawValue }

    /// `session.timeout.ms` lies outside of what the group's coordinator allows.
    package var isSessionTimeoutRefused: Bool { code == RD_KAFKA_RESP_ERR_INVALID_SESSION_TIMEOUT.rawValue }

    /// Kafka refuses who we are or what we may do.
    package var isAuthorization: Bool {
        [
            RD_KAFKA_RESP_ERR__AUTHENTICATION, RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
            RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED,
            RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
        ].contains(rd_kafka_resp_err_t(code))
    }
}
