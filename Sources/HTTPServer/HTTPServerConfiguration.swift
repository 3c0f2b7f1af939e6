/// How a server listens, and what it takes from a client at most.
package struct HTTPServerConfiguration: Sendable {
    /// A certificate and its key, as PEM texts.
    package struct TLS: Sendable {
        package var certificate: String
        package var key: String

        package init(certificate: String, key: String) {
            self.certificate = certificate
            self.key = key
        }
    }

    /// An IP address (`127.0.0.1`, `0.0.0.0`, `[::1]`), `::` for IPv6 and IPv4, or `localhost`, which is 127.0.0.1. Names are not
    /// looked up.
    package var host: String
    /// 0...65,535; 0 takes any free one, `HTTPServer.port` says which.
    package var port: Int
    /// Shown by `ps -T`; at most 15 bytes.
    package var threadName: String
    /// Bytes of a request's body; one that is longer is answered 413, before it is read where its length is given.
    package var maximumBodyBytes = 1 << 20
    /// Connections open at once; more wait in the kernel's backlog.
    package var maximumConnections = 1_024
    /// A new connection beyond `maximumConnections` closes another one, instead of waiting: of those of the address that has most, the one
    /// without an answer for longest. So whoever has one connection is served, however many idle ones another has.
    package var makesRoom = false
    /// Connections that one address may have at once, where `makesRoom` is on.
    package var maximumConnectionsOfAddress = 1_024
    /// Bytes that a connection may use for request line and headers; 431 or 414 beyond.
    package var maximumHeadBytes = 32 << 10
    /// Within this time of its opening, or of its last answer, a connection must have brought a whole request, else it is closed:
    /// the bound on idle clients and on slow ones. Seconds' precision.
    package var idleTimeout = Duration.seconds(60)
    /// Within this time a client must have taken its answer. Seconds' precision.
    package var answerTimeout = Duration.seconds(60)

    /// Answers without an end at a time; one more is answered 503. Each keeps one piece beside the one that its client is taking.
    package var maximumStreams = 0
    /// Bytes of an endless answer that the kernel keeps for a client that does not take them; it doubles what it is told.
    package var streamBuffer = 32 << 10

    /// Nil: plain HTTP.
    package var tls: TLS?

    package init(host: String = "127.0.0.1", port: Int, threadName: String = "http") {
        self.host = host
        self.port = port
        self.threadName = threadName
    }
}
