import Testing

@testable import Requests
@testable import SMSPipeline
@testable import SMSWorker

@Suite struct KafkaPropertiesTests {
    private func parse(_ text: String) throws -> [String] {
        try JavaProperties.parse(Array(text.utf8)).map { "\($0.key)|\($0.value)" }
    }

    /// The examples of `java.util.Properties.load`, and its edges.
    @Test(
        arguments: [
            ("Truth = Beauty", ["Truth|Beauty"]), (" Truth:Beauty", ["Truth|Beauty"]),
            ("Truth                    :Beauty", ["Truth|Beauty"]),
            (
                "fruits                           apple, banana, pear, \\\n                                 cantaloupe",
                ["fruits|apple, banana, pear, cantaloupe"]
            ),
            ("cheeses", ["cheeses|"]), ("a=", ["a|"]), ("a==b", ["a|=b"]), ("a = = b", ["a|= b"]), ("a b=c", ["a|b=c"]),
            ("a\\ b\\=c\\:d=e", ["a b=c:d|e"]),
            ("# c\n! c\n\n  # c\na=b", ["a|b"]), ("a=b # no comment", ["a|b # no comment"]), ("a=b ", ["a|b "]), ("a\tb", ["a|b"]),
            ("a=\\u0416\\t\\n\\\\x\\q", ["a|Ж\t\n\\xq"]),
            ("a=\\uD83D\\uDE00", ["a|😀"]), ("a=b\\\\\nc=d", ["a|b\\", "c|d"]), ("a=b\\", ["a|b"]), ("a=b\\\n# c", ["a|b# c"]),
            ("a=b\r\nc=d\re=f", ["a|b", "c|d", "e|f"]),
            ("a=b\\\r\n  c", ["a|bc"]), ("пароль=ключ", ["пароль|ключ"]), ("a=1\na=2", ["a|1", "a|2"]), ("", []), ("\\\n", []),
        ] as [(String, [String])])
    func syntax(text: String, entries: [String]) throws {
        #expect(try parse(text) == entries)
    }

    @Test(arguments: [
        ("a=b\n\n=secret", 3, "has no key"), ("a\\\nb=\\u12", 1, "has a \\u without four hexadecimal digits"),
        ("x=\\uD83Dsecret", 1, "has half a surrogate pair"),
        ("a=b\r\nc=\\uZZZZ", 2, "has a \\u without four hexadecimal digits"),
    ])
    func mistakesAreNamedByTheirLine(text: String, line: Int, reason: String) {
        #expect(throws: JavaProperties.Problem(line: line, reason: reason)) { try parse(text) }
    }

    @Test func otherEncodingsAreRefused() {
        #expect(throws: JavaProperties.Problem(line: 2, reason: "is not UTF-8")) {
            try JavaProperties.parse(Array("a=b\nc=".utf8) + [0xCF, 0xE0])
        }
    }

    @Test func oneByteOrderMarkIsSkippedAndUTF16IsNamed() throws {
        #expect(try parse("\u{FEFF}security.protocol=PLAINTEXT\n") == ["security.protocol|PLAINTEXT"])
        let file = try TemporaryFile([0xFF, 0xFE] + "a=b\n".utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] })
        #expect(configurationProblems(["KAFKA_PROPERTIES_FILE": file.path]).first?.contains("is UTF-16") == true)
    }

    @Test(arguments: ["bootstrap.servers\\u0000=a", "a\\nb=c", "a=b\\u0000c", "a=b\\u001B", "a=\u{1}", "a=\u{9B}"])
    func controlCharactersAreRefused(text: String) {
        #expect(throws: JavaProperties.Problem(line: 1, reason: "has a control character in its key or value")) { try parse(text) }
    }

    @Test func aValueMayHaveTheLinesOfAPEM() throws {
        #expect(try parse("ssl.ca.pem=-----BEGIN\\n\\tab\\r\\nEND") == ["ssl.ca.pem|-----BEGIN\n\tab\r\nEND"])
    }

    @Test func theLastOfTwoWins() {
        let properties = KafkaProperties([("a", "1"), ("b", "2"), ("a", "3")])
        #expect(properties.entries.map(\.key) == ["a", "b"])
        #expect(properties["a"] == "3")
        #expect(properties == KafkaProperties([("a", "3"), ("b", "2")]))
    }

    @Test(arguments: [
        "bootstrap.servers", "metadata.broker.list", "group.id", "group.instance.id", "transactional.id", "enable.idempotence", "acks",
        "request.required.acks", "isolation.level", "enable.auto.commit", "enable.auto.offset.store", "auto.offset.reset",
        "enable.partition.eof", "partitioner",
    ])
    func keysThatGuaranteesHangOn(key: String) throws {
        let file = try TemporaryFile("security.protocol=ssl\n\(key)=hunter2\n")
        let found = configurationProblems(["KAFKA_PROPERTIES_FILE": file.path])
        #expect(found.count == 1)
        #expect(
            found.first?.hasPrefix(key) == true && found.first?.contains(file.path) == true && found.first?.contains("hunter2") == false)
    }

    @Test(arguments: [
        ("client.id=sms worker", true), ("client.id=a\"b", false), (#"client.id=a\\b"#, false), ("group.protocol=classic", true),
        ("group.protocol=consumer", false), ("max.in.flight.requests.per.connection=5", true),
        ("max.in.flight.requests.per.connection=6", false), ("max.in.flight=1000000", false),
        ("max.in.flight.requests.per.connection=x", false),
        ("max.poll.interval.ms=600000", true), ("max.poll.interval.ms=20000", false), ("max.poll.interval.ms=5m", false),
        ("transaction.timeout.ms=-1", false), ("linger.ms=5\nsasl.password=p", true),
    ])
    func valuesThatGuaranteesHangOn(text: String, isAccepted: Bool) throws {
        let file = try TemporaryFile(text)
        #expect(configurationProblems(["KAFKA_PROPERTIES_FILE": file.path]).isEmpty == isAccepted)
    }

    @Test func theFileIsReadInOrder() throws {
        let file = try TemporaryFile("security.protocol=SASL_SSL\nsasl.password=a b\n")
        let properties = try loadConfiguration(["KAFKA_PROPERTIES_FILE": file.path]).configuration.kafka.properties
        #expect(properties.entries.map(\.key) == ["security.protocol", "sasl.password"])
        #expect(properties["sasl.password"] == "a b")
        #expect(configurationProblems(["KAFKA_PROPERTIES_FILE": "/nonexistent/p"]).first?.contains("/nonexistent/p cannot be read") == true)
    }
}
