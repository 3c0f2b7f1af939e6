/// Why a registry gave no id.
package enum SchemaRegistryError: Error, Equatable, Sendable, CustomStringConvertible {
    /// It cannot be reached, or says itself that it is in trouble; it may be there in a moment.
    case unreachable(String)
    /// User or password, or their rights.
    case refused(String)
    /// It will not have this schema, or does not know it.
    case unfit(String)

    package var description: String {
        switch self {
        case .unreachable(let sentence), .refused(let sentence), .unfit(let sentence): sentence
        }
    }
}
