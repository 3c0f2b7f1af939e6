/// What became of one produced record.
package struct DeliveryReport: Sendable {
    /// As it was given to `produce`.
    package let tag: Int
    package let partition: Int32
    /// Nil where the record was refused.
    package let offset: Int64?
    package let error: KafkaError?
}
