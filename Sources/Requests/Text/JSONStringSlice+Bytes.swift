package import JSON

extension JSONStringSlice {
    /// Lends the text as UTF-8; copies only where there are escapes.
    package func withUnescapedBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        hasEscapes ? unescapedBytes.withUnsafeBytes(body) : body(raw)
    }

    package func isSameText(as other: JSONStringSlice) -> Bool {
        if hasEscapes || other.hasEscapes { return unescapedBytes == other.unescapedBytes }
        return raw.count == other.raw.count && raw.elementsEqual(other.raw)
    }
}
