import Foundation

/// The repository's sources, or a broken copy of them.
struct SourceTree {
    /// By module and path: `SMSPipeline/Gates/Gates.swift`.
    private(set) var files: [SourceText] = []

    static let repository: SourceTree = {
        let folder = URL(filePath: #filePath).appending(path: "../../../Sources").standardized
        var tree = SourceTree()
        let paths = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
        for path in paths.sorted() where path.hasSuffix(".swift") {
            guard let source = try? String(contentsOf: folder.appending(path: path), encoding: .utf8) else { continue }
            tree.add(path, source)
        }
        return tree
    }()

    mutating func add(_ name: String, _ source: String) { files.append(SourceText(name: name, source)) }

    /// Of these modules; all of them where none is named.
    func files(of modules: [String]) -> [SourceText] {
        files.filter { file in modules.isEmpty || modules.contains { file.name.hasPrefix($0 + "/") } }
    }

    /// `SMSPipeline/Gates/Gates.swift` stands in `Gates`; what stands in no folder is in the module's own.
    static func folder(_ file: SourceText) -> String {
        let parts = file.name.split(separator: "/")
        return parts.count > 2 ? String(parts[1]) : ""
    }
}
