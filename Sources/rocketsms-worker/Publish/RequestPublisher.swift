internal import EventLoop
internal import JSON
internal import Kafka
internal import Requests
internal import SMSPipeline
internal import SMSWorker
internal import Time

/// Puts requests on a topic and prints where each one went. Blocks; one thread.
struct RequestPublisher {
    private struct Pending {
        let id: String?
        let line: Int?
    }

    /// Records on their way at once.
    private static let limit = 10_000
    /// A record that no broker takes for so long has failed; the operator's `message.timeout.ms` overrides it.
    private static let messageTimeout = (key: "message.timeout.ms", value: "60000")

    private let topic: String
    private let producer: Producer
    private let console: Console
    private let printsJSON: Bool
    private let isDryRun: Bool
    private var pending: [Int: Pending] = [:]
    private var nextTag = 1
    private var canPrint = true
    private(set) var published = 0
    /// The first record that the topic refused.
    private(set) var failure: CommandFailure?

    init(_ cluster: Cluster, topic: String, console: Console, printsJSON: Bool, isDryRun: Bool) throws(CommandFailure) {
        self.topic = topic
        self.console = console
        self.printsJSON = printsJSON
        self.isDryRun = isDryRun
        do throws(KafkaError) {
            producer = try Producer(
                bootstrapServers: cluster.configuration.kafka.bootstrapServers,
                properties: [Self.messageTimeout] + cluster.configuration.kafka.properties.forProducers)
        } catch {
            throw CommandFailure(.configuration, "\(error.message).")
        }
    }

    var hasPending: Bool { !pending.isEmpty }

    /// - Parameter line: of a file, for the output.
    mutating func publish(_ request: CheckedRequest, line: Int?) throws {
        if isDryRun {
            published += 1
            return try printWould(request.id, line)
        }
        while pending.count >= Self.limit, failure == nil { try collect(timeout: .milliseconds(100)) }
        guard failure == nil else { return }
        let tag = nextTag
        nextTag += 1
        let refusal = Self.lend(request.key) { key in
            request.value.withUnsafeBytes { value -> KafkaError? in
                do throws(KafkaError) {
                    try producer.produce(topic: topic, partition: nil, key: key, value: value, tag: tag)
                    return nil
                } catch {
                    return error
                }
            }
        }
        if let refusal {
            fail(refusal)
        } else {
            pending[tag] = Pending(id: request.id, line: line)
        }
        try collect(timeout: .zero)
    }

    /// Prints what has been acknowledged.
    mutating func collect(timeout: Duration) throws {
        for report in producer.takeReports(timeout: timeout) {
            guard let request = pending.removeValue(forKey: report.tag) else { continue }
            if let error = report.error {
                fail(error)
            } else {
                published += 1
                try print(request, report)
            }
        }
    }

    /// Waits until each record has been acknowledged or refused.
    mutating func finish() throws {
        while hasPending { try collect(timeout: .milliseconds(100)) }
    }

    private mutating func fail(_ error: KafkaError) {
        if failure == nil { failure = CommandFailure("The topic \(topic) refused a record", error) }
    }

    private mutating func print(_ request: Pending, _ report: DeliveryReport) throws {
        // Acknowledged once more after a lost answer, a record may have no offset to be told.
        let offset = report.offset.flatMap { $0 >= 0 ? $0 : nil }
        let place = "\(topic)-\(report.partition)" + (offset.map { "-\($0)" } ?? "")
        let id = request.id ?? (offset == nil ? nil : place)
        try tell(
            "\(place)\(id.map { "  \(Printable.text($0))" } ?? "")", printsJSON ? json(report.partition, offset, id, request.line) : nil)
    }

    /// Where it would go, its partitioner says when it goes.
    private mutating func printWould(_ id: String?, _ line: Int?) throws {
        try tell("would be published to \(topic)\(id.map { "  \(Printable.text($0))" } ?? "")", printsJSON ? json(nil, nil, id, line) : nil)
    }

    /// What is on its way goes on, also where nobody reads any more.
    private mutating func tell(_ line: String, _ json: [UInt8]?) throws {
        guard canPrint else { return }
        do throws(ConsoleError) {
            if let json { try console.print(json: json) } else { try console.print(line) }
        } catch {
            guard error.isReaderGone else { throw error }
            canPrint = false
        }
    }

    private func json(_ partition: Int32?, _ offset: Int64?, _ id: String?, _ line: Int?) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        if let line { writer.member("line", line) }
        writer.member("topic", topic)
        if isDryRun { writer.member("dryRun", true) }
        if let partition { writer.member("partition", partition) }
        if let offset { writer.member("offset", offset) }
        if let id { writer.member("id", id) }
        writer.endObject()
        return writer.bytes
    }

    private static func lend<Result>(_ bytes: [UInt8]?, _ body: (UnsafeRawBufferPointer?) -> Result) -> Result {
        guard let bytes else { return body(nil) }
        return bytes.withUnsafeBytes { body($0) }
    }
}
