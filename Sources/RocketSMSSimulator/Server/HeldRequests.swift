internal import HTTPServer

/// Requests that get no answer until they are released, oldest first.
struct HeldRequests {
    /// A request as it came, to be carried out at its release.
    struct Unserved {
        let endpoint: Endpoint
        /// All parameters, as one form.
        let form: [UInt8]
        let allowsPlain: Bool
    }

    enum Kind {
        /// Carried out; this is the answer.
        case answered(HTTPResponse)
        case unserved(Unserved)
    }

    struct Held {
        let kind: Kind
        let exchange: HTTPExchange
        let phone: [UInt8]
    }

    /// Requests held at once.
    static let limit = 100_000

    private var all: [Held] = []

    var count: Int { all.count }

    /// - Returns: false when too many are held.
    mutating func add(_ kind: Kind, exchange: HTTPExchange, phone: [UInt8]) -> Bool {
        guard all.count < HeldRequests.limit else { return false }
        all.append(Held(kind: kind, exchange: exchange, phone: phone))
        return true
    }

    mutating func release(_ release: FaultRelease) -> [Held] {
        var released: [Held] = []
        all.removeAll { held in
            guard released.count < release.count ?? .max, FaultPlan.ends(held.phone, with: release.phoneSuffix) else { return false }
            released.append(held)
            return true
        }
        return released
    }
}
