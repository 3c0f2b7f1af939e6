internal import JSON

/// What a registry has answered to the question for a schema's id. Pure.
struct RegistryAnswer {
    let status: Int
    let body: [UInt8]
    private static let longestMessage = 200

    /// - Throws: with a sentence that has the registry's own code and words, where it gave any.
    func id(of subject: String) throws(SchemaRegistryError) -> UInt32 {
        let json = try? JSONValue(parsing: body)
        switch status {
        case 200:
            guard let id = json?["id"]?.numberValue.flatMap({ UInt32($0.literal) }) else {
                throw .unfit("what answers is no schema registry: HTTP 200 without an id")
            }
            return id
        case 401, 403: throw .refused("it refuses user, password or rights (HTTP \(status)\(said(json)))")
        case 404: throw .unfit("it does not know the schema of the subject \(subject) (HTTP 404\(said(json)))")
        case 409: throw .unfit("the subject \(subject) has a schema that this one is not compatible with (HTTP 409\(said(json)))")
        case 408, 429, 500...599: throw .unreachable("it is in trouble (HTTP \(status)\(said(json)))")
        default: throw .unfit("it does not take the schema of the subject \(subject) (HTTP \(status)\(said(json)))")
        }
    }

    /// `, 42201: …`, on one line and no longer than a line.
    private func said(_ json: JSONValue?) -> String {
        guard let json, let code = json["error_code"]?.numberValue else { return "" }
        let message = (json["message"]?.stringValue ?? "").unicodeScalars.prefix(Self.longestMessage)
            .map { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) ? " " : Character($0) }
        return ", \(code.literal)\(message.isEmpty ? "" : ": ")\(String(message))"
    }
}
