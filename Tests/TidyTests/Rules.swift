/// What the sources keep to; each rule answers with a sentence for each place that does not.
struct Rules {
    let tree: SourceTree

    static let mostProperties = 20
    static let mostLines = 70

    /// Records and rows of a table: their number is that of the columns, and nothing is decided by having many.
    static let wide: Set<String> = [
        // A column of the ledger's format each.
        "LedgerEntry",
        // What is known of one ownership of a partition; a row of the table that `Partitions` keeps, counted by several machines.
        "Assignment",
    ]

    /// Stored properties of the instances of a type, over all its files.
    func tooManyProperties(in modules: [String]) -> [String] {
        var properties: [String: [String]] = [:]
        for file in tree.files(of: modules) {
            for (type, names) in file.declarations.properties { properties[type, default: []] += names }
        }
        return properties.filter { $0.value.count > Self.mostProperties && !Self.wide.contains($0.key) }
            .map { "\($0.key) has \($0.value.count) stored properties" }.sorted()
    }

    func tooLongFunctions() -> [String] {
        tree.files.flatMap(\.declarations.functions).filter { $0.lines > Self.mostLines }
            .map { "\($0.file): \($0.name) has \($0.lines) lines" }
    }

    /// Folders of a module that use each other's types. The root folders hold what all of them speak of, or put them together.
    func twoWayDoors(of module: String, roots: Set<String>) -> [String] {
        var home: [String: String] = [:]
        let files = tree.files(of: [module])
        for file in files {
            for type in file.declarations.topLevelTypes { home[type] = SourceTree.folder(file) }
        }
        var uses: [String: [String: Set<String>]] = [:]
        for file in files {
            let folder = SourceTree.folder(file)
            for word in file.words.joined() {
                guard let other = home[word], other != folder else { continue }
                uses[folder, default: [:]][other, default: []].insert(word)
            }
        }
        var doors: [String] = []
        for (folder, others) in uses where !roots.contains(folder) {
            for (other, words) in others where folder < other && !roots.contains(other) {
                guard let back = uses[other]?[folder] else { continue }
                doors.append("\(folder) <-> \(other): \(words.sorted().joined(separator: ", ")) | \(back.sorted().joined(separator: ", "))")
            }
        }
        return doors.sorted()
    }

    func foreignImports(of module: String, allowed: Set<String>, except exceptions: [String: String] = [:]) -> [String] {
        tree.files(of: [module]).flatMap { file in
            file.words.compactMap { words -> String? in
                guard let index = words.firstIndex(of: "import"), index < 2, index + 1 < words.count else { return nil }
                let name = words[index + 1]
                return allowed.contains(name) || exceptions[file.name] == name ? nil : "\(file.name) imports \(name)"
            }
        }
    }

    private static let clocks: Set<String> = [
        "SystemRandomNumberGenerator", "Date", "ContinuousClock", "SuspendingClock", "DispatchTime", "Task", "clock_gettime",
        "gettimeofday",
        "arc4random", "getrandom",
    ]
    private static let draws: Set<String> = ["random", "shuffled", "shuffle", "randomElement"]

    /// Time and chance of its own, instead of what whoever runs it says.
    func ownClocksAndChance(in modules: [String]) -> [String] {
        tree.files(of: modules).flatMap { file in
            zip(file.lines, file.words).compactMap { line, words -> String? in
                if let word = words.first(where: { Self.clocks.contains($0) }) { return "\(file.name) has \(word)" }
                // `MonotonicInstant.now`; an enum's `.now` has no type before it here.
                for (index, word) in words.enumerated().dropFirst() where word == "now" && words[index - 1].first?.isUppercase == true {
                    if line.contains("\(words[index - 1]).now") { return "\(file.name) has \(words[index - 1]).now" }
                }
                if let word = words.first(where: { Self.draws.contains($0) }), line.contains("\(word)("), !words.contains("using") {
                    return "\(file.name) draws with \(word) from nobody's seed"
                }
                return nil
            }
        }
    }
}
