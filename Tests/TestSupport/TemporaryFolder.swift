internal import Glibc

/// A new folder under the system's place for temporary files. Whoever asks for it removes it.
package func makeTemporaryFolder(_ name: String) throws -> String {
    var template = "/tmp/\(name)-XXXXXX".utf8CString.map { $0 }
    guard mkdtemp(&template) != nil else {
        throw ChildProcess.Failure(description: "no temporary folder: \(String(cString: strerror(errno)))")
    }
    return String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// Writes a file anew.
package func writeFile(_ text: String, to path: String) throws {
    guard let file = fopen(path, "w") else { throw ChildProcess.Failure(description: "\(path) cannot be written") }
    fputs(text, file)
    fclose(file)
}
