import Foundation
import Testing

/// `scripts/fuzz` names the modules that it compiles, since SwiftPM cannot: nothing else would notice an import that it does not know.
@Suite struct FuzzScriptTests {
    private let root = URL(filePath: #filePath).appending(path: "../../..").standardized

    private func imports(_ source: String) -> Set<String> {
        Set(source.matches(of: /(?m)^(?:@testable )?(?:internal |package |public )?import ([A-Za-z]+)/).map { String($0.output.1) })
    }

    @Test func itCompilesWhatItsModulesImportBeforeThem() throws {
        let script = try String(contentsOf: root.appending(path: "scripts/fuzz"), encoding: .utf8)
        let listed = try #require(script.firstMatch(of: /for module in ([A-Za-z ]+); do/)).output.1.split(separator: " ").map(String.init)
        #expect(listed.contains("SMSPipeline"))
        let modules = Set(SourceTree.repository.files.compactMap { $0.name.split(separator: "/").first.map(String.init) })
        let folder = root.appending(path: "Sources")
        var known: Set<String> = []
        for module in listed + ["SMSWorker/Configuration", "SMSWorker/Session/GatewayEvent+Reply.swift"] {
            for file in SourceTree.repository.files where file.name == module || file.name.hasPrefix(module + "/") {
                let source = try String(contentsOf: folder.appending(path: file.name), encoding: .utf8)
                let missing = imports(source).intersection(modules).subtracting(known)
                #expect(missing.isEmpty, "\(file.name)")
            }
            known.insert(module)
        }
        // The C libraries come by their module maps.
        for library in ["CLinux", "CCurl", "CCrypto"] { #expect(script.contains("Sources/\(library)/module.modulemap")) }
    }
}
