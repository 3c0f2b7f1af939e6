internal import JSON
internal import Requests
internal import SMSPipeline

/// A request given by the flags of a command line.
enum RequestFlags {
    static let options: [CommandOption] = [
        .value("--phone", "PHONE", "International: 375291234567."),
        .value("--text", "TEXT", "The message, 1 to 2,000 characters."),
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
    static func json(_ arguments: ParsedArguments) throws(UsageError) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        let members: [(StaticString, String)] = [
            ("id", "--id"), ("phone", "--phone"), ("text", "--text"), ("template", "--template"), ("sender", "--sender"),
            ("sendAt", "--send-at"), ("expiresAt", "--expires-at"), ("onUnknown", "--on-unknown"),
        ]
        for (name, option) in members {
            if let value = arguments[option] { writer.member(name, value) }
        }
        if arguments.has("--priority") { writer.member("priority", true) }
        let metadata = arguments.all("--metadata")
        if !metadata.isEmpty {
            writer.key("metadata" as StaticString)
            try write(metadata, to: &writer)
        }
        writer.endObject()
        return writer.bytes
    }

    private static func write(_ metadata: [String], to writer: inout JSONWriter) throws(UsageError) {
        writer.beginObject()
        for pair in metadata {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty else { throw UsageError("--metadata is given as NAME=VALUE.") }
            writer.key(String(parts[0]))
            writer.string(String(parts[1]))
        }
        writer.endObject()
    }
}
