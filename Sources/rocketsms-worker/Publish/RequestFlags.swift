internal import JSON
internal import Requests
internal import SMSPipeline

/// A request given by the flags of a command line.
enum RequestFlags {
    static let options: [CommandOption] = [
        .value("--phone", "PHONE", "International: 375291234567; - reads it from standard input, its first line."),
        .value("--text", "TEXT", "The message, 1 to 2,000 characters; - reads it from standard input."),
        .value("--template", "TPL_ID_N", "A template of the account instead of a text."),
        .value("--id", "ID", "1 to 128 characters; publishing it again with the same key is one SMS. Default: the record's place."),
        .value("--sender", "NAME", "Up to 11 characters; the account's main name where it is missing."),
        .value("--send-at", "TIME", "RFC 3339: 2026-11-24T09:00:00+03:00."),
        .flag("--priority", "Skip the queues: only for codes, passwords and the like."),
        .value("--expires-at", "TIME", "RFC 3339; never sent after it."),
        .value("--on-unknown", "POLICY", "resend, fail or hold, when nobody knows what became of an attempt."),
        .values("--metadata", "NAME=VALUE", "Comes back on every event; as often as one likes."),
    ]

    /// The request as JSON; its rules are checked elsewhere.
    ///
    /// - Parameter message: phone and text, where they may have come by standard input.
    static func json(_ arguments: ParsedArguments, _ message: MessageInput) throws(UsageError) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        let members: [(StaticString, String?)] = [
            ("id", arguments["--id"]), ("phone", message.phone), ("text", message.text), ("template", arguments["--template"]),
            ("sender", arguments["--sender"]), ("sendAt", arguments["--send-at"]), ("expiresAt", arguments["--expires-at"]),
            ("onUnknown", arguments["--on-unknown"]),
        ]
        for case (let name, let value?) in members { writer.member(name, value) }
        if arguments.has("--priority") { writer.member("priority", true) }
        let metadata = try metadata(arguments)
        if !metadata.isEmpty {
            writer.key("metadata" as StaticString)
            writer.beginObject()
            for (name, value) in metadata {
                writer.key(name)
                writer.string(value)
            }
            writer.endObject()
        }
        writer.endObject()
        return writer.bytes
    }

    static func metadata(_ arguments: ParsedArguments) throws(UsageError) -> [(name: String, value: String)] {
        var pairs: [(name: String, value: String)] = []
        for pair in arguments.all("--metadata") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty else { throw UsageError("--metadata is given as NAME=VALUE.") }
            pairs.append((String(parts[0]), String(parts[1])))
        }
        return pairs
    }
}
