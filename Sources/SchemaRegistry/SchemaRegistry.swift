internal import WebClient

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

    private static let headers = [
        "Content-Type: application/vnd.schemaregistry.v1+json", "Accept: application/vnd.schemaregistry.v1+json",
    ]

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
        let request = WebRequest(
            url: url + question.path, headers: Self.headers, body: Array(question.body.utf8), timeout: .seconds(10),
            login: login.map { WebRequest.Login(username: $0.username, password: $0.password) })
        let answer: WebRequest.Answer
        do throws(WebRequest.Failure) { answer = try request.post() } catch {
            switch error {
            case .unfit: throw .unfit("libcurl does not take this address")
            case .noAnswer(let word): throw .unreachable("it does not answer (\(word))")
            case .tooLong: throw .unreachable("it does not answer (with less than \(WebRequest.answerLimit) bytes)")
            }
        }
        return try RegistryAnswer(status: answer.status, body: answer.body).id(of: subject)
    }
}
