import Glibc

/// What the kernel says in a short file under /proc; empty where there is none.
func kernelFile(_ path: String) -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return "" }
    defer { close(descriptor) }
    var buffer = [UInt8](repeating: 0, count: 1_024)
    let count = read(descriptor, &buffer, buffer.count)
    return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
}

/// How many write calls the calling thread has made (`syscw`).
func writeCalls() -> Int {
    let lines = kernelFile("/proc/thread-self/io").split(separator: "\n")
    guard let line = lines.first(where: { $0.hasPrefix("syscw: ") }), let calls = Int(line.dropFirst(7)) else {
        preconditionFailure("the kernel counts the calls of a thread")
    }
    return calls
}
