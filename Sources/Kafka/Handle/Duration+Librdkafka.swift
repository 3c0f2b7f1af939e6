internal import EventLoop
internal import Time

extension Duration {
    /// Milliseconds as librdkafka's timeouts take them; never negative, which would mean "for ever".
    var rdkafkaMilliseconds: Int32 { Int32(clamping: max(0, milliseconds)) }
}
