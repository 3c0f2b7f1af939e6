internal import Glibc

/// One node of Apache Kafka in KRaft mode, broker and controller, small enough for a small machine. Nothing here changes a guarantee.
struct KafkaNodeSettings {
    let folder: String
    let clientPort: Int
    let controllerPort: Int

    private var properties: [(String, String)] {
        [
            ("process.roles", "broker,controller"), ("node.id", "1"), ("log.dirs", "\(folder)/log"),
            ("controller.quorum.voters", "1@127.0.0.1:\(controllerPort)"),
            ("listeners", "CLIENT://127.0.0.1:\(clientPort),CONTROLLER://127.0.0.1:\(controllerPort)"),
            ("advertised.listeners", "CLIENT://127.0.0.1:\(clientPort)"),
            ("listener.security.protocol.map", "CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT"), ("controller.listener.names", "CONTROLLER"),
            ("inter.broker.listener.name", "CLIENT"), ("auto.create.topics.enable", "false"),
            ("offsets.topic.replication.factor", "1"), ("offsets.topic.num.partitions", "4"),
            ("transaction.state.log.replication.factor", "1"), ("transaction.state.log.min.isr", "1"),
            ("transaction.state.log.num.partitions", "4"), ("share.coordinator.state.topic.num.partitions", "1"),
            ("group.initial.rebalance.delay.ms", "0"), ("log.cleaner.dedupe.buffer.size", "8388608"), ("log.segment.bytes", "67108864"),
            ("num.network.threads", "2"), ("num.io.threads", "4"),
        ]
    }

    func write() throws {
        let text = properties.map { "\($0)=\($1)\n" }.joined()
        guard let file = fopen("\(folder)/server.properties", "w"), fputs(text, file) >= 0, fclose(file) == 0 else {
            throw ChildProcess.Failure(description: "\(folder)/server.properties could not be written")
        }
    }

    /// Formats the storage, then becomes the server.
    func startCommand(home: String) -> String {
        let java = "java -XX:+UseSerialGC -Xshare:auto -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -cp '\(home)/libs/*'"
        let configuration = "'\(folder)/server.properties'"
        return "\(java) -Xmx128m kafka.tools.StorageTool format -t MkU3OEVBNTcwNTJENDM2Qk -c \(configuration) && "
            + "exec \(java) -Xmx512m kafka.Kafka \(configuration)"
    }
}
