import Testing

/// The sources' own rules, and that each of them sees what it is there for.
@Suite struct TidyTests {
    private let rules = Rules(tree: .repository)

    /// Of the repository, with one more file.
    private func broken(_ name: String, _ source: String) -> Rules {
        var tree = SourceTree.repository
        tree.add(name, source)
        return Rules(tree: tree)
    }

    @Test func theSourcesAreRead() {
        #expect(rules.tree.files(of: ["SMSPipeline"]).count > 50 && rules.tree.files(of: ["Requests"]).count > 30)
        #expect(rules.tree.files(of: ["SMSWorker"]).count > 50)
    }

    // MARK: Size

    private static let core = ["SMSPipeline", "Requests", "SMSWorker", "SMPP"]

    @Test func noTypeHasMoreThanTwentyStoredProperties() { #expect(rules.tooManyProperties(in: Self.core) == []) }

    @Test func whatIsExceptedNeedsIt() {
        let properties = rules.tree.files(of: Self.core).flatMap(\.declarations.properties)
        for type in Rules.wide {
            let count = properties.reduce(0) { $0 + ($1.key == type ? $1.value.count : 0) }
            #expect(count > Rules.mostProperties, "\(type) has \(count)")
        }
    }

    @Test func aTypeThatHasMoreIsFound() {
        let many = (0...20).map { "    private var a\($0) = [1, 2].map { $0 + 1 }" }.joined(separator: "\n")
        let source = """
            struct Wide {
            \(many)
                static let b = 1
                var c: Int { a0.count }
                var d: Int { get { 1 } set {} }
                func e() { let f = 1; _ = f }
            }
            """
        #expect(broken("SMSPipeline/Gates/Wide.swift", source).tooManyProperties(in: Self.core) == ["Wide has 21 stored properties"])
        let fewer = source.replacing("    private var a20 = [1, 2].map { $0 + 1 }\n", with: "")
        #expect(broken("SMSPipeline/Gates/Wide.swift", fewer).tooManyProperties(in: Self.core) == [])
    }

    @Test func noFunctionIsLongerThanSeventyLines() { #expect(rules.tooLongFunctions() == []) }

    @Test func aFunctionThatIsLongerIsFound() {
        for (introducer, name) in [
            ("func f() {", "f"), ("init(_ a: Int) {", "init"), ("package static func g(\n    _ a: Int\n) -> Int {", "g"),
        ] {
            for (count, isFound) in [(68, false), (69, true)] {
                let lines = Array(repeating: "    print(\"} \\(\"a\") {\")  // {", count: count - introducer.count { $0 == "\n" })
                let source = "struct A {\n\(introducer)\n\(lines.joined(separator: "\n"))\n}\n}\n"
                let found = broken("JSON/Long.swift", source).tooLongFunctions()
                #expect(found == (isFound ? ["JSON/Long.swift: \(name) has 71 lines"] : []))
            }
        }
    }

    // MARK: Doors

    @Test func foldersAreUsedInOneDirection() {
        #expect(rules.twoWayDoors(of: "SMSPipeline", roots: ["Pipeline", "Seams"]) == [])
        #expect(rules.twoWayDoors(of: "Requests", roots: []) == [])
        #expect(rules.twoWayDoors(of: "SMPP", roots: []) == [])
    }

    @Test func aFolderThatIsUsedByWhomItUsesIsFound() {
        let gates = broken("SMSPipeline/Gates/Peek.swift", "struct Peek { let loop: CommitLoop }")
        #expect(gates.twoWayDoors(of: "SMSPipeline", roots: ["Pipeline", "Seams"]) == ["Commits <-> Gates: Backoff | CommitLoop"])
        let queueing = broken("SMSPipeline/Queueing/Peek.swift", "struct Peek { let life: SessionLife }  // SMSPipeline/Session")
        #expect(queueing.twoWayDoors(of: "SMSPipeline", roots: ["Pipeline", "Seams"]) == [], "one direction is none")
        var tree = queueing.tree
        tree.add("SMSPipeline/Session/Back.swift", "enum Back { static func f(_ peek: Peek) {} }")
        #expect(
            Rules(tree: tree).twoWayDoors(of: "SMSPipeline", roots: ["Pipeline", "Seams"]) == ["Queueing <-> Session: SessionLife | Peek"])
        let requests = broken("Requests/Entry/Peek.swift", "struct Peek { let codec: LedgerCodec.Type }")
        #expect(!requests.twoWayDoors(of: "Requests", roots: []).isEmpty)
    }

    // MARK: No clock, no chance, no log

    /// `Liveness` is read by the restorer's thread.
    @Test func thePipelineImportsRequestsAndTimeAlone() {
        #expect(
            rules.foreignImports(
                of: "SMSPipeline", allowed: ["Requests", "Time"], except: ["SMSPipeline/Partitions/Liveness.swift": "Synchronization"])
                == [])
    }

    @Test func anotherImportIsFound() {
        for source in ["import Logging", "internal import Logging\nstruct A {}", "@testable import Logging"] {
            let found = broken("SMSPipeline/Gates/A.swift", source).foreignImports(
                of: "SMSPipeline", allowed: ["Requests", "Time"], except: ["SMSPipeline/Partitions/Liveness.swift": "Synchronization"])
            #expect(found == ["SMSPipeline/Gates/A.swift imports Logging"])
        }
    }

    @Test func timeAndChanceComeFromOutside() {
        #expect(rules.ownClocksAndChance(in: ["SMSPipeline", "Requests"]) == [])
        // Its link is the runner: that has both.
        let decides = ["Wire", "Text", "Status", "Receipts", "Session"].map { "SMPP/\($0)" }
        #expect(rules.tree.files(of: decides).count > 20 && rules.ownClocksAndChance(in: decides) == [])
    }

    @Test func aClockOrADrawOfItsOwnIsFound() {
        for source in [
            "let a = MonotonicInstant.now", "let a = Date()", "var a = SystemRandomNumberGenerator()", "let a = Int.random(in: 0...1)",
            "let a = [1].shuffled()", "let a = ContinuousClock().now",
        ] {
            #expect(broken("Requests/Text/A.swift", source).ownClocksAndChance(in: ["SMSPipeline", "Requests"]).count == 1, "\(source)")
        }
        let harmless = """
            let a = due <= now ? .now : .at(due)  // Date()
            let b = Int.random(in: 0...1, using: &chance)
            let c = "Date()"
            """
        #expect(broken("Requests/Text/A.swift", harmless).ownClocksAndChance(in: ["Requests"]) == [])
    }
}
