internal import Requests

/// What the way to the brokers shows to the network. librdkafka's default is plaintext, and says nothing of it.
struct KafkaTransport {
    let kafka: WorkerConfiguration.Kafka

    /// A sentence for each thing that is worth a warning.
    var warnings: [String] {
        let properties = kafka.properties
        let transport = properties["security.protocol"]?.lowercased() ?? "plaintext"
        if transport == "plaintext" || transport == "sasl_plaintext" {
            guard let host = kafka.bootstrapServers.split(separator: ",").map(Self.host).first(where: { !ProviderAddress.isLoopback($0) })
            else { return [] }
            let password = transport == "sasl_plaintext" ? " and the SASL password" : ""
            return [
                "Kafka is spoken to without TLS (\(ConfigurationError.excerpt(host))): phones, texts\(password) go unprotected; "
                    + "set security.protocol=\(transport == "plaintext" ? "SSL" : "SASL_SSL") in \(ConfigurationKey.kafkaPropertiesFile.environment)."
            ]
        }
        var warnings: [String] = []
        for (key, value) in [("enable.ssl.certificate.verification", "false"), ("ssl.endpoint.identification.algorithm", "none")]
        where properties[key]?.lowercased() == value {
            warnings.append("\(key)=\(value): whoever stands between can pass for a broker.")
        }
        return warnings
    }

    /// Of `host:port`, `[::1]:port` or `PROTOCOL://host:port`; in lower case.
    private static func host(_ server: Substring) -> String {
        let address = server.split(separator: "://", maxSplits: 1).last ?? server
        if address.hasPrefix("[") { return String(address.dropFirst().prefix { $0 != "]" }).lowercased() }
        let isBareV6 = address.filter { $0 == ":" }.count > 1
        return String(isBareV6 ? address : address.prefix { $0 != ":" }).lowercased()
    }
}
