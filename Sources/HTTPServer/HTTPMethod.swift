/// The method of a request.
package enum HTTPMethod: Sendable {
    case get, head, post, put, delete, options
    /// Any other token.
    case other

    init(_ name: UnsafePointer<CChar>) {
        let name = UnsafeRawPointer(name).assumingMemoryBound(to: UInt8.self)
        switch HTTPText(UnsafeRawBufferPointer(start: name, count: HTTPMethod.length(name))) {
        case "POST": self = .post
        case "GET": self = .get
        case "HEAD": self = .head
        case "PUT": self = .put
        case "DELETE": self = .delete
        case "OPTIONS": self = .options
        default: self = .other
        }
    }

    private static func length(_ name: UnsafePointer<UInt8>) -> Int {
        var count = 0
        while name[count] != 0 { count += 1 }
        return count
    }
}
