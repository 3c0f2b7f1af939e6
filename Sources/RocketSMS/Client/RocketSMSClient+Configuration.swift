extension RocketSMSClient {
    /// What a client is told at its start.
    package struct Configuration: Sendable {
        package var url: ProviderURL
        package var credentials: RocketSMSCredentials
        package var classifier = RefusalClassifier()
        package var unavailable = UnavailableMeaning.unknown
        /// For name, TCP, proxy and TLS together.
        package var connectTimeout = Duration.seconds(5)
        /// From the call to the end of its answer, where the call names no deadline.
        package var requestTimeout = Duration.seconds(15)
        /// Connections, and so requests under way, at once; at least 1.
        package var maximumConnections = 64
        /// Requests that may wait for a connection.
        package var maximumWaiting = 1_024
        /// Names are looked up again after this at the latest.
        package var maximumConnectionAge = Duration.seconds(300)
        /// Idle connections are closed after this, or a second before the server's own limit where it names one.
        package var maximumIdleTime = Duration.seconds(4)
        /// How long the rest of an answer to a send is waited for that was whole too early.
        var restWait = Duration.milliseconds(100)
        /// Longest body of an answer, in bytes.
        package var responseLimit = 256 << 10
        /// A PEM file with the authorities to trust instead of the system's.
        package var certificateAuthorities: String?

        package init(url: ProviderURL, credentials: RocketSMSCredentials) {
            self.url = url
            self.credentials = credentials
        }
    }
}
