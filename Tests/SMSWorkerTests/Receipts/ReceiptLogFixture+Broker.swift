import CLibrdkafka
import EventLoop
import Kafka
import TestSupport
import Time

@testable import SMSWorker

/// What is done to the topic from outside.
extension ReceiptLogFixture {
    private var place: TopicPartition { TopicPartition(topic: topic, partition: 0) }

    func produceForeign() async throws {
        try await onThread { [broker, place] in
            let producer = try Producer(bootstrapServers: broker.bootstrapServers, properties: [])
            try Array("no receipt".utf8).withUnsafeBytes {
                try producer.produce(topic: place.topic, partition: place.partition, key: nil, value: $0, tag: 0)
            }
            try producer.flush(timeout: .seconds(20))
        }
    }

    func produceInATransaction() async throws {
        try await onThread { [broker, place] in
            let producer = try TransactionalProducer(
                transactionalID: "receipts-\(UInt64.random(in: 0 ... .max))", bootstrapServers: broker.bootstrapServers, properties: [])
            try producer.initTransactions(timeout: .seconds(30))
            try producer.begin()
            try Array("no receipt".utf8).withUnsafeBytes {
                try producer.produce(topic: place.topic, partition: place.partition, key: nil, value: $0)
            }
            try producer.commit(timeout: .seconds(20))
        }
    }

    /// Receipts of `id-0`, `id-1`, …
    func produce(_ count: Int) async throws {
        try await onThread { [broker, place] in
            let producer = try Producer(
                bootstrapServers: broker.bootstrapServers, properties: [(key: "queue.buffering.max.messages", value: "200000")])
            for number in 0..<count {
                try Self.record("id-\(number)").octets.withUnsafeBytes {
                    try producer.produce(topic: place.topic, partition: place.partition, key: nil, value: $0, tag: number)
                }
                if number % 1_000 == 0 { _ = producer.takeReports() }
            }
            try producer.flush(timeout: .seconds(60))
        }
    }

    func timestamp(of number: Int64) async throws -> Int64 {
        try await onThread { [broker, place] in
            let reader = try PartitionReader(bootstrapServers: broker.bootstrapServers, properties: [])
            var timestamp: Int64 = -1
            _ = try reader.readRecords(
                place, from: number, through: number + 1, stall: .seconds(20), isCancelled: { false }
            ) { record in
                timestamp = record.timestamp
                return false
            }
            return timestamp
        }
    }

    func makeTopic() async throws {
        try await onThread { [broker, topic] in
            let admin = try Admin(bootstrapServers: broker.bootstrapServers, properties: [])
            let settings = [(key: "message.timestamp.type", value: "LogAppendTime")]
            let deadline = MonotonicInstant.now + .seconds(30)
            // One that is being deleted is not gone at once.
            while try admin.createTopics(
                [NewTopic(name: topic, partitions: 1, replicationFactor: 1, configuration: settings)], timeout: .seconds(20)
            ).isEmpty {
                if MonotonicInstant.now > deadline { throw TopicTrouble(description: "\(topic) is still there") }
            }
        }
    }

    func makeTopicAnew() async throws {
        try await onThread { [broker, topic] in
            try BrokerAdmin.ask(broker.bootstrapServers) { client, options, queue in
                var topics = [rd_kafka_DeleteTopic_new(topic)]
                rd_kafka_DeleteTopics(client, &topics, 1, options, queue)
                rd_kafka_DeleteTopic_destroy(topics[0])
            }
        }
        try await makeTopic()
        // The broker may still have the one of before for a moment, and write to it.
        try await onThread { [broker, place] in
            let deadline = MonotonicInstant.now + .seconds(30)
            while MonotonicInstant.now < deadline {
                let reader = try PartitionReader(bootstrapServers: broker.bootstrapServers, properties: [])
                if let marks = try? reader.uncommittedWatermarks(place, timeout: .seconds(5)), marks.high == 0 { return }
            }
            throw TopicTrouble(description: "\(place) is still the one of before")
        }
    }

    func deleteRecords(before number: Int64) async throws {
        try await onThread { [broker, topic] in
            try BrokerAdmin.ask(broker.bootstrapServers) { client, options, queue in
                let list = rd_kafka_topic_partition_list_new(1)
                rd_kafka_topic_partition_list_add(list, topic, 0)?.pointee.offset = number
                var requests = [rd_kafka_DeleteRecords_new(list)]
                rd_kafka_DeleteRecords(client, &requests, 1, options, queue)
                rd_kafka_DeleteRecords_destroy(requests[0])
                rd_kafka_topic_partition_list_destroy(list)
            }
        }
    }

    func write(_ id: String) { writer.write(Self.record(id)) { [unowned self] in kept() } }
}

/// Requests to a broker that no worker makes.
private enum BrokerAdmin {
    static func ask(_ servers: String, _ request: (OpaquePointer, OpaquePointer?, OpaquePointer?) -> Void) throws {
        let configuration = rd_kafka_conf_new()
        rd_kafka_conf_set(configuration, "bootstrap.servers", servers, nil, 0)
        guard let client = rd_kafka_new(RD_KAFKA_PRODUCER, configuration, nil, 0) else {
            throw TopicTrouble(description: "no client")
        }
        defer { rd_kafka_destroy(client) }
        let queue = rd_kafka_queue_new(client)
        defer { rd_kafka_queue_destroy(queue) }
        request(client, nil, queue)
        guard let event = rd_kafka_queue_poll(queue, 30_000) else { throw TopicTrouble(description: "no answer") }
        defer { rd_kafka_event_destroy(event) }
        guard rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw TopicTrouble(description: String(cString: rd_kafka_event_error_string(event)))
        }
    }
}

private struct TopicTrouble: Error {
    let description: String
}
