/// The kind of a value, known from its first byte.
package enum JSONKind: Sendable {
    case null, bool, number, string, array, object
}
