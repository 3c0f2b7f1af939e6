/// Bounds and lives of pooled connections.
struct PoolSettings: Sendable {
    /// Connections, and so requests under way, at once.
    var maximumConnections = 64
    /// Requests that may wait for a connection.
    var maximumWaiting = 1_024
    /// Connects that may be under way at once, each on a thread of its own.
    var maximumConnects = 32
    /// After this a connection carries no further request, so that names are looked up again. Up to a fifth less, by chance, so
    /// that connections opened together do not end together.
    var maximumAge = Duration.seconds(300)
    /// After this without a request a connection is closed, before the server closes it under a request.
    var maximumIdle = Duration.seconds(4)
    /// How long the rest of an answer that was whole too early (a length too small) is waited for: it is on its way, or there is none.
    var restWait = Duration.milliseconds(100)
    var responseLimits = HTTPResponseLimits()
}
