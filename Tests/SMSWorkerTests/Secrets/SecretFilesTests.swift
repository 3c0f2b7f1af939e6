import Foundation
import Glibc
import TestSupport
import Testing

@testable import SMSWorker

struct SecretFilesTests {
    private func files(_ environment: [String: String]) throws -> SecretFiles {
        SecretFiles(try loadConfiguration(environment, requiring: []).settings)
    }

    private func found<Value>(_ look: WatchedSecret<Value>.Look?) -> Value? {
        if case .found(let value) = look { value } else { nil }
    }

    private func wrong<Value>(_ look: WatchedSecret<Value>.Look?) -> String? {
        if case .wrong(let sentence) = look { sentence } else { nil }
    }

    /// `password` is a link to `..data/password`, and `..data` one to a folder that is made anew: one rename changes all.
    @Test func aSecretThatKubernetesChangesIsSeen() throws {
        let folder = try makeTemporaryFolder("secret")
        defer { removeFolder(folder) }
        for version in ["1", "2"] {
            mkdir("\(folder)/..\(version)", 0o700)
            try writeFile("word-\(version)", to: "\(folder)/..\(version)/password")
        }
        symlink("..1", "\(folder)/..data")
        symlink("..data/password", "\(folder)/password")
        let files = try files(["ROCKETSMS_USERNAME": "u", "ROCKETSMS_PASSWORD_FILE": "\(folder)/password"])
        #expect(found(files.credentials())?.password == .plain("word-1"))
        symlink("..2", "\(folder)/..data_tmp")
        rename("\(folder)/..data_tmp", "\(folder)/..data")
        #expect(found(files.credentials())?.password == .plain("word-2"))
    }

    @Test func theMessageCentresPasswordIsReadAgainWhereMessagesGoThere() throws {
        let file = try TemporaryFile("one\n")
        let settings = ["SMPP_HOST": "h", "SMPP_SYSTEM_ID": "s", "SMPP_PASSWORD_FILE": file.path]
        let files = try files(settings.merging(["PROVIDER_TRANSPORT": "smpp"]) { $1 })
        #expect(found(files.smppPassword()) == SecretText("one"))
        try writeFile("two", to: file.path)
        #expect(found(files.smppPassword()) == SecretText("two"))
        try writeFile("0123456789abcdefg", to: file.path)
        let bad = try #require(wrong(files.smppPassword()))
        #expect(bad.contains("SMPP_PASSWORD_FILE") && !bad.contains("0123456789abcdefg"))
        #expect(try self.files(settings).smppPassword() == nil)
    }

    @Test func whatIsInNoFileOrCameThroughAPipeIsLeftAlone() throws {
        let folder = try makeTemporaryFolder("secret")
        defer { removeFolder(folder) }
        mkfifo("\(folder)/pipe", 0o600)
        #expect(try files(["ROCKETSMS_USERNAME": "u", "ROCKETSMS_PASSWORD": "p"]).credentials() == nil)
        #expect(try files(["ROCKETSMS_USERNAME": "u", "ROCKETSMS_PASSWORD_FILE": "\(folder)/pipe"]).credentials() == nil)
        #expect(try files([:]).token() == nil)
        #expect(try files([:]).access(base: KafkaProperties()) == nil)
    }

    @Test func aFileThatIsGoneOrBadIsSaidWithoutWhatItHolds() throws {
        let file = try TemporaryFile("two\nlines")
        let bad = wrong(try files(["ROCKETSMS_USERNAME": "u", "ROCKETSMS_PASSWORD_FILE": file.path]).credentials())
        #expect(bad?.contains(file.path) == true && bad?.contains("two") == false)
        let gone = wrong(try files(["ADMIN_TOKEN_FILE": "/nowhere/token"]).token())
        #expect(gone?.contains("/nowhere/token") == true)
    }

    @Test func aKeyThatIsChangedInItsOwnFileIsSeen() throws {
        let folder = try makeTemporaryFolder("secret")
        defer { removeFolder(folder) }
        try writeFile("one", to: "\(folder)/user.key")
        try writeFile("ssl.key.location=\(folder)/user.key\nlinger.ms=1\n", to: "\(folder)/kafka.properties")
        let loaded = try loadConfiguration(["KAFKA_PROPERTIES_FILE": "\(folder)/kafka.properties"])
        let base = loaded.configuration.kafka.properties
        let files = SecretFiles(loaded.settings)
        let start = files.access(of: base)
        #expect(found(files.access(base: base)) == start)
        try writeFile("two", to: "\(folder)/user.key")
        let next = try #require(found(files.access(base: base)))
        #expect(start.change(to: next) == .handles)
    }

    private func removeFolder(_ folder: String) { try? FileManager.default.removeItem(atPath: folder) }
}
