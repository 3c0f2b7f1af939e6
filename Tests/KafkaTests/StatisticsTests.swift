import EventLoop
import JSON
import TestSupport
import Testing

@testable import Kafka

@Suite("Statistics", .timeLimit(.minutes(2))) struct StatisticsTests {
    private func decode(_ text: String) throws -> Statistics { try decode(Array(text.utf8)) }

    private func decode(_ bytes: [UInt8]) throws -> Statistics { try bytes.withUnsafeBytes { try Statistics(json: $0) } }

    private func end(_ partition: Int32) -> TopicPartition { TopicPartition(topic: "sms.requests", partition: partition) }

    @Test func thoseOfTheOldestLibrary() throws {
        let statistics = try decode(StatisticsTexts.oldest)
        #expect(statistics.client == "rdkafka#consumer-2")
        #expect(statistics.sentBytes == 3_899 && statistics.receivedBytes == 5_449)
        #expect(statistics.ends == [end(0): 50, end(1): 50, end(3): 0])
        #expect(statistics.brokers.map(\.node) == ["127.0.0.1:19092", "127.0.0.1:19093", "127.0.0.1:19093"])
        // The coordinator's connection is a second one to the same node.
        #expect(statistics.nodesUp == 2)
        #expect(statistics.brokers.map(\.roundTrip) == [.microseconds(506_439), .microseconds(506_461), nil])
        #expect(statistics.highestRoundTrip == .microseconds(506_461))
        #expect(statistics.requestTimeouts == 0)
    }

    @Test func thoseOfANewLibrary() throws {
        let statistics = try decode(StatisticsTexts.newer)
        #expect(statistics.client == "rdkafka#consumer-2")
        #expect(statistics.sentBytes == 1_030 && statistics.receivedBytes == 3_091)
        // The last one has not been fetched yet.
        #expect(statistics.ends == [end(0): 50, end(1): 50])
        #expect(statistics.nodesUp == 2)
        #expect(statistics.highestRoundTrip == .microseconds(813_338))
    }

    @Test func whatABrokerIs() throws {
        let broker = { (fields: String) in try decode(#"{"brokers":{"x":{"nodename":"a:1",\#(fields)}}}"#) }
        for (state, isUp) in [
            ("UP", true), ("UPDATE", true), ("DOWN", false), ("INIT", false), ("AUTH_REQ", false), ("TRY_CONNECT", false),
        ] {
            #expect(try broker(#""state":"\#(state)""#).nodesUp == (isUp ? 1 : 0), "\(state)")
        }
        #expect(try broker(#""req_timeouts":7"#).requestTimeouts == 7)
        #expect(try broker(#""rtt":{"avg":5,"cnt":0}"#).highestRoundTrip == nil)
        #expect(try broker(#""state":"UP","source":"internal""#).brokers.isEmpty)
        #expect(try decode("{}") == Statistics())
    }

    @Test(arguments: [
        "", "null", "[]", "{", #"{"name":1}"#, #"{"tx_bytes":"1"}"#, #"{"tx_bytes":1.5}"#, #"{"rx_bytes":9223372036854775808}"#,
        #"{"brokers":[]}"#, #"{"brokers":{"a":1}}"#, #"{"brokers":{"a":{"state":null}}}"#, #"{"brokers":{"a":{"rtt":{"avg":true}}}}"#,
        #"{"topics":{"a":{"partitions":[]}}}"#, #"{"topics":{"a":{"partitions":{"0":{"ls_offset":"5"}}}}}"#, "{} {}",
        String(repeating: #"{"x":"#, count: 1_000),
    ])
    func whatIsNoStatisticsIsRefused(text: String) {
        #expect(throws: JSONError.self) { try decode(text) }
    }

    @Test func numbersOutOfRangeAreTaken() throws {
        let huge = "9223372036854775807"
        let statistics = try decode(
            #"{"brokers":{"a":{"req_timeouts":\#(huge),"rtt":{"avg":\#(huge),"cnt":1}},"b":{"req_timeouts":\#(huge)}},"#
                + #""topics":{"a":{"partitions":{"0":{"partition":\#(huge),"ls_offset":1},"1":{"partition":1,"ls_offset":-1001}}}}}"#)
        #expect(statistics.ends.isEmpty && statistics.requestTimeouts == -2)
    }

    /// Every prefix, and damage at random: refused or read, never a crash.
    @Test func damagedTextsAreRefusedOrRead() {
        let text = Array(StatisticsTexts.oldest.utf8)
        for length in 0..<text.count { #expect(throws: JSONError.self) { try decode(Array(text[..<length])) } }
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed: seed)
        var refused = 0
        for _ in 0..<2_000 {
            var damaged = text
            for _ in 0..<3 { damaged[Int.random(in: 0..<text.count, using: &random)] = UInt8.random(in: 0...255, using: &random) }
            if (try? decode(damaged)) == nil { refused += 1 }
        }
        #expect(refused > 500, "seed \(seed)")
    }

    /// By the operator's interval, with where the partition ends: the member's own position beside it is the lag.
    @Test func theyComeAsEvents() async throws {
        try await onThread {
            let cluster = try MockCluster()
            try cluster.createTopic("t", partitions: 1)
            let place = TopicPartition(topic: "t", partition: 0)
            try Producer(bootstrapServers: cluster.bootstrapServers, properties: []).write(["a", "b", "c"], to: place)
            let member = try TestMember(
                cluster.bootstrapServers, group: fresh("group"), topic: "t",
                properties: [(key: "statistics.interval.ms", value: "100")])
            try member.turn(until: "statistics of what was fetched") { member.statistics.last?.ends[place] != nil }
            try member.turn(until: "the records") { member.positions[place] == 3 }
            let last = try #require(member.statistics.last)
            #expect(last.ends == [place: 3])
            #expect(last.nodesUp == 1 && last.sentBytes > 0 && last.receivedBytes > 0)
            #expect(last.client.hasPrefix("rdkafka#consumer-"))
            withExtendedLifetime(cluster) {}
        }
    }
}
