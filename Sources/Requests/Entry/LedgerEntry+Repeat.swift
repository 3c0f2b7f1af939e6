internal import JSON

/// What a repeat of an id brings that is not as in the request that it repeats.
extension LedgerEntry {
    /// In what the request that now came under this id differs, by the names of the record's fields. The message itself is known until the
    /// provider has accepted it; after that its parts are, and key, metadata, priority and times. Of a closed request nothing is.
    package func differences(of again: LedgerEntry) -> [String] {
        var differences: [String] = []
        func compare(_ field: String, _ isSame: Bool) { if !isSame { differences.append(field) } }
        if let first = message, let second = again.message {
            compare("phone", first.phone == second.phone)
            compare(first.isTemplate ? "template" : "text", first.text == second.text && first.isTemplate == second.isTemplate)
            compare("sender", first.sender == second.sender)
        } else {
            // An earlier version counted none, and those of a template are not always known.
            compare("text", echo.parts == 0 || again.echo.parts == 0 || echo.parts == again.echo.parts)
        }
        compare("key", echo.key == again.echo.key)
        compare("metadata", Self.isSame(echo.metadata, again.echo.metadata))
        compare("priority", isPriority == again.isPriority)
        compare("sendAt", sendAt == again.sendAt)
        compare("expiresAt", expiresAt == again.expiresAt)
        return differences
    }

    /// Whatever the order of the members.
    private static func isSame(_ first: [UInt8]?, _ second: [UInt8]?) -> Bool {
        if first == second { return true }
        guard let first, let second else { return false }
        return members(first) == members(second)
    }

    private static func members(_ metadata: [UInt8]) -> [String: String]? {
        guard case .object(let object) = try? JSONValue(parsing: metadata) else { return nil }
        return Dictionary(object.members.map { ($0.key, $0.value.stringValue ?? "") }) { first, _ in first }
    }
}
