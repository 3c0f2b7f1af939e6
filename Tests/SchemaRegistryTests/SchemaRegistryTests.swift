import Testing

@testable import SchemaRegistry

struct SchemaRegistryTests {
    /// Nothing listens on port 1.
    @Test func oneThatIsNotThereIsSaid() {
        let registry = SchemaRegistry(url: "http://127.0.0.1:1", login: SchemaRegistry.Login(username: "u", password: "secret"))
        let error = #expect(throws: SchemaRegistryError.self) { try registry.id(of: "{}", subject: "s", registers: true) }
        guard case .unreachable(let sentence) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(sentence.hasPrefix("it does not answer (") && !sentence.contains("secret"))
        #expect(!"\(registry)".contains("secret"))
    }
}
