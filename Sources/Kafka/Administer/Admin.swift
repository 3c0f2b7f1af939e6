internal import CLibrdkafka
internal import EventLoop
internal import Time

/// Topics and their settings. Only before a consumer subscribes, and in tools: an admin request whose broker dies under it can abort the
/// whole process (librdkafka issue 4605). Every call blocks.
///
/// `@unchecked Sendable`: librdkafka's handles may be used from any thread.
package final class Admin: @unchecked Sendable {
    private let client: ClientHandle

    package init(bootstrapServers: String, properties: [(key: String, value: String)]) throws(KafkaError) {
        let configuration = HandleConfiguration()
        try configuration.set("bootstrap.servers", bootstrapServers)
        try configuration.set(properties.filter { $0.key != "partition.assignment.strategy" })
        configuration.enableEvents(Int32(RD_KAFKA_EVENT_ERROR))
        client = try ClientHandle(RD_KAFKA_PRODUCER, configuration)
    }

    // MARK: Metadata

    /// Brokers, and the topics with their partition counts. Waits for a broker up to `timeout`.
    ///
    /// - Throws: as soon as it is known that Kafka refuses the credentials; else, when time is up, what the connections failed of.
    package func metadata(timeout: Duration) throws(KafkaError) -> ClusterMetadata {
        let deadline = MonotonicInstant.now + timeout
        var cause: KafkaError?
        var slice = Duration.seconds(1)
        CertificateRefusal.forget()
        while true {
            do throws(KafkaError) {
                let left = max(.milliseconds(100), min(deadline - .now, slice))
                return try ClusterMetadata.ask(client.pointer, topics: nil, timeout: left)
            } catch {
                // librdkafka goes on trying, whatever the broker has said; what that was comes as an event.
                while let failure = connectionFailure() { if cause?.isAuthorization != true { cause = failure } }
                if let cause, cause.isAuthorization { throw cause }
                guard MonotonicInstant.now < deadline else {
                    let failure = cause ?? error
                    throw CertificateRefusal.sentence.map(failure.described) ?? failure
                }
                slice = slice * 2
            }
        }
    }

    /// The next error that the client met by itself.
    private func connectionFailure() -> KafkaError? {
        guard let main = rd_kafka_queue_get_main(client.pointer) else { return nil }
        defer { rd_kafka_queue_destroy(main) }
        let queue = EventQueue(pointer: main)
        while let event = queue.poll(client.pointer) {
            if case .error(let error) = consume event { return error }
        }
        return nil
    }

    // MARK: Requests

    /// A topic that exists already is left as it is.
    ///
    /// - Returns: the names that were made now.
    package func createTopics(_ topics: [NewTopic], timeout: Duration) throws(KafkaError) -> [String] {
        var pointers: [OpaquePointer?] = []
        defer { for pointer in pointers { rd_kafka_NewTopic_destroy(pointer) } }
        for topic in topics {
            var message = [CChar](repeating: 0, count: 512)
            let (partitions, replicas) = (Int32(clamping: topic.partitions), Int32(clamping: topic.replicationFactor))
            guard let pointer = rd_kafka_NewTopic_new(topic.name, partitions, replicas, &message, message.count) else {
                throw KafkaError(local: "the topic \(topic.name) cannot be asked for: \(String(nulTerminated: message))")
            }
            pointers.append(pointer)
            for (key, value) in topic.configuration { try check(rd_kafka_NewTopic_set_config(pointer, key, value)) }
        }
        return try request(timeout, RD_KAFKA_ADMIN_OP_CREATETOPICS, RD_KAFKA_EVENT_CREATETOPICS_RESULT) { options, queue in
            pointers.withUnsafeMutableBufferPointer { rd_kafka_CreateTopics(client.pointer, $0.baseAddress, $0.count, options, queue) }
        } read: { (event) throws(KafkaError) in
            try Self.createdNames(event)
        }
    }

    private static func createdNames(_ event: OpaquePointer) throws(KafkaError) -> [String] {
        var count = 0
        guard let result = rd_kafka_event_CreateTopics_result(event),
            let topics = rd_kafka_CreateTopics_result_topics(result, &count)
        else { return [] }
        var created: [String] = []
        for index in 0..<count {
            guard let topic = topics[index] else { continue }
            let name = String(cString: rd_kafka_topic_result_name(topic))
            switch rd_kafka_topic_result_error(topic) {
            case RD_KAFKA_RESP_ERR_NO_ERROR: created.append(name)
            case RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS: break
            case let code:
                let text = rd_kafka_topic_result_error_string(topic).map { String(cString: $0) } ?? ""
                throw KafkaError(code, "\(name): \(text)")
            }
        }
        return created
    }

    /// Grows a topic to so many partitions.
    package func createPartitions(topic: String, total: Int, timeout: Duration) throws(KafkaError) {
        var message = [CChar](repeating: 0, count: 512)
        guard let pointer = rd_kafka_NewPartitions_new(topic, total, &message, message.count) else {
            throw KafkaError(local: "more partitions of \(topic) cannot be asked for: \(String(nulTerminated: message))")
        }
        defer { rd_kafka_NewPartitions_destroy(pointer) }
        var pointers: [OpaquePointer?] = [pointer]
        try request(timeout, RD_KAFKA_ADMIN_OP_CREATEPARTITIONS, RD_KAFKA_EVENT_CREATEPARTITIONS_RESULT) { options, queue in
            pointers.withUnsafeMutableBufferPointer { rd_kafka_CreatePartitions(client.pointer, $0.baseAddress, $0.count, options, queue) }
        } read: { (event) throws(KafkaError) in
            var count = 0
            guard let result = rd_kafka_event_CreatePartitions_result(event),
                let topics = rd_kafka_CreatePartitions_result_topics(result, &count), count > 0, let topic = topics[0]
            else { return }
            let code = rd_kafka_topic_result_error(topic)
            if code != RD_KAFKA_RESP_ERR_NO_ERROR {
                throw KafkaError(code, rd_kafka_topic_result_error_string(topic).map { String(cString: $0) })
            }
        }
    }

    /// The settings of topics, as the broker reports them. A topic whose settings may not be asked is missing from the answer.
    package func configurations(of topics: [String], timeout: Duration) throws(KafkaError) -> [String: [String: String]] {
        var pointers: [OpaquePointer?] = topics.map { rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, $0) }
        defer { for pointer in pointers { rd_kafka_ConfigResource_destroy(pointer) } }
        return try request(timeout, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, RD_KAFKA_EVENT_DESCRIBECONFIGS_RESULT) { options, queue in
            pointers.withUnsafeMutableBufferPointer { rd_kafka_DescribeConfigs(client.pointer, $0.baseAddress, $0.count, options, queue) }
        } read: { (event) throws(KafkaError) in
            Self.configurations(event)
        }
    }

    private static func configurations(_ event: OpaquePointer) -> [String: [String: String]] {
        var count = 0
        guard let result = rd_kafka_event_DescribeConfigs_result(event),
            let resources = rd_kafka_DescribeConfigs_result_resources(result, &count)
        else { return [:] }
        var found: [String: [String: String]] = [:]
        for index in 0..<count {
            guard let resource = resources[index], rd_kafka_ConfigResource_error(resource) == RD_KAFKA_RESP_ERR_NO_ERROR else { continue }
            var entryCount = 0
            guard let entries = rd_kafka_ConfigResource_configs(resource, &entryCount) else { continue }
            var settings: [String: String] = [:]
            for entry in 0..<entryCount {
                guard let pointer = entries[entry], let value = rd_kafka_ConfigEntry_value(pointer) else { continue }
                settings[String(cString: rd_kafka_ConfigEntry_name(pointer))] = String(cString: value)
            }
            found[String(cString: rd_kafka_ConfigResource_name(resource))] = settings
        }
        return found
    }

    /// One admin request and its answer, on a queue of its own.
    private func request<Result>(
        _ timeout: Duration, _ operation: rd_kafka_admin_op_t, _ expected: Int32, _ send: (OpaquePointer?, OpaquePointer?) -> Void,
        read: (OpaquePointer) throws(KafkaError) -> Result
    ) throws(KafkaError) -> Result {
        let options = rd_kafka_AdminOptions_new(client.pointer, operation)
        defer { rd_kafka_AdminOptions_destroy(options) }
        var message = [CChar](repeating: 0, count: 512)
        rd_kafka_AdminOptions_set_request_timeout(options, timeout.rdkafkaMilliseconds, &message, message.count)
        let queue = rd_kafka_queue_new(client.pointer)
        defer { rd_kafka_queue_destroy(queue) }
        send(options, queue)
        guard let event = rd_kafka_queue_poll(queue, timeout.rdkafkaMilliseconds + 2_000) else {
            throw KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT, "the broker did not answer an admin request", isRetriable: true)
        }
        defer { rd_kafka_event_destroy(event) }
        guard rd_kafka_event_type(event) == expected else {
            throw KafkaError(local: "librdkafka gave an unexpected answer to an admin request")
        }
        let code = rd_kafka_event_error(event)
        if code != RD_KAFKA_RESP_ERR_NO_ERROR {
            throw KafkaError(code, rd_kafka_event_error_string(event).map { String(cString: $0) })
        }
        return try read(event)
    }
}
