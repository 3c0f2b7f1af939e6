/// A schema registry's REST interface, as far as a writer of records needs it: the id of one schema.
package struct SchemaRegistry: Sendable {
    /// Prints as stars.
    package struct Login: Sendable, CustomStringConvertible, CustomReflectable {
        let username: String
        let password: String

        package init(username: String, password: String) {
            self.username = username
            self.password = password
        }

        package var description: String { "***" }
        package var customMirror: Mirror { Mirror(self, children: [:]) }
    }

    private let url: String
    private let login: Login?

    /// - Parameter url: without a slash at its end.
    package init(url: String, login: Login? = nil) {
        self.url = url
        self.login = login
    }

    /// Blocks for ten seconds at most.
    ///
    /// - Parameter registers: makes the schema known where it is not; else it must be known.
    package func id(of schema: String, subject: String, registers: Bool) throws(SchemaRegistryError) -> UInt32 {
        let question = RegistryQuestion(schema: schema, subject: subject, registers: registers)
        return try RegistryExchange(url: url + question.path, login: login).post(question.body).id(of: subject)
    }
}
