import TestSupport

@testable import RocketSMS

/// Runs `body` with a client of a server that plays `script` on each connection, and ends both.
func withClient(
    timeout: Duration = .seconds(60), change: (inout RocketSMSClient.Configuration) -> Void = { _ in },
    script: @escaping @Sendable (ScriptedConnection) -> Void, body: (ClientFixture, ScriptedServer) async throws -> Void
) async throws {
    let server = try ScriptedServer(script)
    let client = try ClientFixture(port: server.port, timeout: timeout, change)
    try await body(client, server)
    await client.close()
    server.stop()
}

/// What a good provider answers to a send, and what is read from it.
enum Accepted {
    static let answer = #"{"id":8767,"status":"SENT","cost":{"credits":1,"money":0.2}}"#
    static let receipt = SendReceipt(ids: ["8767"], status: "SENT", cost: .init(credits: "1", money: "0.2"))
}
