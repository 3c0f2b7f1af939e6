// Built by scripts/fuzz: coverage-guided (libFuzzer), with the address sanitizer. FUZZ_TARGET names what is looked into.
import Glibc

@testable import RocketSMS

private let name = getenv("FUZZ_TARGET").map { String(cString: $0) } ?? ""
private let target = FuzzTarget(rawValue: name)

/// Puts the target's texts where FUZZ_SEEDS says: mutation begins with them.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(_ count: UnsafeMutablePointer<CInt>?, _ words: UnsafeMutableRawPointer?) -> CInt {
    guard let folder = getenv("FUZZ_SEEDS").map({ String(cString: $0) }) else { return 0 }
    let texts =
        target?.corpus
        ?? (name == "smpp" ? SMPPFuzz.corpus : nil)
        ?? ["Content-Length: 2\r\n\r\nok", "Transfer-Encoding: chunked\r\n\r\n2;a=b\r\nok\r\n0\r\nT: u\r\n\r\n", "\r\n"].map {
            [3] + Array("HTTP/1.1 200 OK\r\nRetry-After: 3\r\nConnection: keep-alive\r\n\($0)".utf8)
        }
    for (number, text) in texts.enumerated() {
        guard let file = fopen("\(folder)/\(number)", "w") else { continue }
        fwrite(text, 1, text.count, file)
        fclose(file)
    }
    return 0
}

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: data, count: size))
    guard let target else {
        precondition(name == "http" || name == "smpp", "FUZZ_TARGET names no target")
        if let finding = name == "smpp" ? SMPPFuzz.finding(bytes) : httpFinding(bytes) { fatalError(finding) }
        return 0
    }
    if let finding = target.finding(bytes) { fatalError(finding) }
    return 0
}

/// The answer is the same whole and split; the first byte says where.
private func httpFinding(_ bytes: [UInt8]) -> String? {
    guard let first = bytes.first else { return nil }
    let answer = Array(bytes.dropFirst())
    let (whole, one) = read(answer, step: max(1, answer.count))
    let (split, other) = read(answer, step: Int(first) + 1)
    guard whole == split else { return "split at \(Int(first) + 1) the answer ends otherwise" }
    guard case .complete = whole else { return nil }
    return one.status == other.status && one.body == other.body ? nil : "split at \(Int(first) + 1) it is another answer"
}

private func read(_ answer: [UInt8], step: Int) -> (HTTPResponseReader.Progress, HTTPResponseReader) {
    var reader = HTTPResponseReader()
    reader.reset()
    var rest = answer[...]
    var progress = HTTPResponseReader.Progress.needsMore
    while case .needsMore = progress, !rest.isEmpty {
        progress = rest.prefix(step).withUnsafeBytes { reader.read($0) }
        rest = rest.dropFirst(step)
    }
    return (progress, reader)
}
