internal import CLibrdkafka

/// The library that is linked at run time.
package enum LibrdkafkaVersion {
    package static var string: String { rd_kafka_version_str().map { String(cString: $0) } ?? "unknown" }

    /// `0xMMmmrrxx`.
    package static var number: Int32 { rd_kafka_version() }

    /// What it was built with: `gzip`, `snappy`, `ssl`, `sasl`, `lz4`, `zstd`, `sasl_scram` ….
    package static var builtInFeatures: [String] {
        let configuration = rd_kafka_conf_new()
        defer { rd_kafka_conf_destroy(configuration) }
        var size = 512
        var buffer = [CChar](repeating: 0, count: size)
        guard rd_kafka_conf_get(configuration, "builtin.features", &buffer, &size) == RD_KAFKA_CONF_OK else { return [] }
        return String(nulTerminated: buffer).split(separator: ",").map { $0.filter { $0 != " " } }
    }
}
