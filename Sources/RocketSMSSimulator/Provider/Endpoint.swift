package import HTTPServer

/// The calls of the provider's API.
package enum Endpoint: Int, CaseIterable, Sendable {
    case send, bulkSend, status, balance, senders, sendersAdd, templates

    /// As control requests and answers name it.
    package var name: String {
        switch self {
        case .send: "send"
        case .bulkSend: "bulkSend"
        case .status: "status"
        case .balance: "balance"
        case .senders: "senders"
        case .sendersAdd: "senders/add"
        case .templates: "templates"
        }
    }

    package init?(name: String) {
        guard let endpoint = Endpoint.allCases.first(where: { $0.name == name }) else { return nil }
        self = endpoint
    }

    /// The endpoint of the /simple API at this path.
    package init?(path: HTTPText) {
        switch path {
        case "/simple/send": self = .send
        case "/simple/status": self = .status
        case "/simple/balance": self = .balance
        case "/simple/bulkSend": self = .bulkSend
        case "/simple/senders": self = .senders
        case "/simple/senders/add": self = .sendersAdd
        case "/simple/templates": self = .templates
        default: return nil
        }
    }

    /// The endpoint of the older /json API at this path.
    package init?(jsonPath path: HTTPText) {
        switch path {
        case "/json/send": self = .send
        case "/json/balance": self = .balance
        default: return nil
        }
    }

    /// Whether the vendor's document says POST (it says GET of the others).
    package var changesSomething: Bool {
        switch self {
        case .send, .bulkSend, .sendersAdd: true
        case .status, .balance, .senders, .templates: false
        }
    }
}
