internal import Glibc
internal import Requests
internal import SMSPipeline
internal import SMSWorker

/// One question to the admin port of a worker on this machine. Blocks, for some seconds at most.
enum AdminProbe {
    enum Answer: Equatable, Sendable {
        case answered(Int, body: String)
        case failed(String)
    }

    static let patience = 3
    private static let longest = 16_384

    static func ask(host: String, port: Int, path: String) -> Answer {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_NUMERICSERV
        var found: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(reachable(host), String(port), &hints, &found)
        guard code == 0, let first = found else { return .failed(String(cString: gai_strerror(code))) }
        defer { freeaddrinfo(first) }
        var reason = "no address"
        var next: UnsafeMutablePointer<addrinfo>? = first
        while let address = next {
            next = address.pointee.ai_next
            let answer = ask(address.pointee, host: host, path: path)
            guard case .failed(let why) = answer else { return answer }
            reason = why
        }
        return .failed(reason)
    }

    /// Where a worker that listens everywhere is reached from here.
    static func reachable(_ host: String) -> String {
        let bare = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        return bare == "0.0.0.0" ? "127.0.0.1" : bare == "::" ? "::1" : bare
    }

    private static func ask(_ address: addrinfo, host: String, path: String) -> Answer {
        let descriptor = socket(address.ai_family, address.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), address.ai_protocol)
        guard descriptor >= 0 else { return .failed(String(cString: strerror(errno))) }
        defer { close(descriptor) }
        // Of each call, connect too.
        var limit = timeval(tv_sec: patience, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        guard connect(descriptor, address.ai_addr, address.ai_addrlen) == 0 else { return .failed(String(cString: strerror(errno))) }
        let question = Array("GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8)
        guard send(descriptor, question, question.count, Int32(MSG_NOSIGNAL)) == question.count else {
            return .failed(String(cString: strerror(errno)))
        }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while bytes.count < longest {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return .failed(errno == EAGAIN ? "no answer in time" : String(cString: strerror(errno))) }
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        return parse(bytes)
    }

    /// Of an answer's bytes.
    static func parse(_ bytes: [UInt8]) -> Answer {
        let text = String(decoding: bytes, as: UTF8.self)
        let words = text.prefix { $0 != "\r\n" && $0 != "\n" }.split(separator: " ")
        guard words.count >= 2, words[0].hasPrefix("HTTP/1."), words[1].count == 3, let status = Int(words[1]) else {
            return .failed("it speaks no HTTP")
        }
        var lines = text.split(separator: "\r\n", omittingEmptySubsequences: false)[...]
        while let line = lines.popFirst(), !line.isEmpty {}
        return .answered(status, body: lines.joined(separator: "\n").trimmingSuffix)
    }
}

extension String {
    fileprivate var trimmingSuffix: String {
        var text = self[...]
        while let last = text.last, last.isWhitespace { text = text.dropLast() }
        return String(text)
    }
}
