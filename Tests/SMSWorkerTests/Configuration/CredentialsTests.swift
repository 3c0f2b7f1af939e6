import Testing

@testable import Requests
@testable import SMSPipeline
@testable import SMSWorker

@Suite struct CredentialsTests {
    private let secret = "hunter2"

    private func credentials(_ environment: [String: String]) throws -> Credentials? {
        try loadConfiguration(environment, requiring: .credentials).configuration.provider.credentials
    }

    @Test(arguments: ["hunter2", "hunter2\n"]) func aFileLosesOneLineFeed(content: String) throws {
        let file = try TemporaryFile(content)
        #expect(try credentials(["ROCKETSMS_USERNAME": "u", "ROCKETSMS_PASSWORD_FILE": file.path])?.password == .plain(secret))
    }

    @Test(arguments: ["hunter2\n\n", "hun\nter2", "hunter2\r\n", "", "\n"]) func aSecondLineIsAMistake(content: String) throws {
        let file = try TemporaryFile(content)
        let found = configurationProblems(["ROCKETSMS_USERNAME": "u", "ROCKETSMS_PASSWORD_FILE": file.path], requiring: .credentials)
        #expect(found.count == 1)
        #expect(found.first?.contains("ROCKETSMS_PASSWORD_FILE") == true && found.first?.contains(file.path) == true)
        #expect(found.first?.contains("hun") == false)
    }

    @Test func oneByteOrderMarkIsTakenOffAndUTF16IsNamed() throws {
        let file = try TemporaryFile("\u{FEFF}hunter2\n")
        #expect(try credentials(["ROCKETSMS_USERNAME": "u", "ROCKETSMS_PASSWORD_FILE": file.path])?.password == .plain(secret))
        let wide = try TemporaryFile("hunter2\n".utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] })
        let found = configurationProblems(["ROCKETSMS_USERNAME": "u", "ROCKETSMS_PASSWORD_FILE": wide.path], requiring: .credentials)
        #expect(found.count == 1 && found.first?.contains("UTF-16") == true)
    }

    @Test(arguments: ["ROCKETSMS_PASSWORD_FILE", "ROCKETSMS_PASSWORD_MD5_FILE", "ROCKETSMS_USERNAME_FILE", "KAFKA_PROPERTIES_FILE"])
    func aSecretInThePlaceOfItsPathIsNotPrinted(variable: String) throws {
        let found = configurationProblems([variable: secret], requiring: .credentials)
        #expect(found.contains { $0.contains("cannot be read") })
        #expect(!found.joined().contains(secret))
        let bad = configurationProblems([variable: secret + "\u{1}"])
        #expect(bad.count == 1 && !bad[0].contains(secret))
        let name = try #require(ConfigurationKey.named(environment: variable))
        guard !name.name.hasPrefix("kafka") else { return }
        let report = ConfigurationReport(try loadConfiguration([variable: secret]).settings)
        #expect(!report.text.contains(secret) && !String(decoding: report.json, as: UTF8.self).contains(secret))
    }

    @Test func aPasswordKeepsItsSpaces() throws {
        let file = try TemporaryFile(" hunter2 \n")
        #expect(try credentials(["ROCKETSMS_USERNAME": "u", "ROCKETSMS_PASSWORD_FILE": file.path])?.password == .plain(" hunter2 "))
    }

    @Test func md5() throws {
        let digest = "5F4DCC3B5AA765D61D8327DEB882CF99"
        let file = try TemporaryFile(digest + "\n")
        let user = try TemporaryFile("u\n")
        let expected = Credentials(username: "u", password: .md5(digest.lowercased()))
        #expect(try credentials(["ROCKETSMS_USERNAME_FILE": user.path, "ROCKETSMS_PASSWORD_MD5_FILE": file.path]) == expected)
        #expect(try credentials(["ROCKETSMS_USERNAME": "u", "ROCKETSMS_PASSWORD_MD5": digest]) == expected)
        for bad in ["5F4DCC3B", digest + "0", String(repeating: "g", count: 32)] {
            let found = configurationProblems(["ROCKETSMS_PASSWORD_MD5": bad])
            #expect(found.count == 1 && !found[0].contains(bad) && found[0].contains("32 hexadecimal digits"))
        }
    }

    @Test func aFileThatCannotBeReadIsNamedOnceAndOnlyWhereItIsNeeded() {
        let environment = ["ROCKETSMS_USERNAME": "u", "ROCKETSMS_PASSWORD_FILE": "/nonexistent/password"]
        let found = configurationProblems(environment, requiring: .credentials)
        #expect(
            found == [
                "rocketsms.passwordFile (environment ROCKETSMS_PASSWORD_FILE): /nonexistent/password cannot be read: No such file or directory."
            ])
        #expect(configurationProblems(environment, requiring: .broker).count == 1)
        #expect(configurationProblems(environment) == [])
    }

    @Test func theAdminTokenIsReadFromItsFileAndNeverPrinted() throws {
        let file = try TemporaryFile("0123456789abcdef\n")
        let environment = [
            "KAFKA_BOOTSTRAP_SERVERS": "a:1", "ROCKETSMS_USERNAME": "u", "ROCKETSMS_PASSWORD": "p", "ADMIN_TOKEN_FILE": file.path,
        ]
        let loaded = try loadConfiguration(environment, requiring: .run)
        #expect(loaded.configuration.admin.token == AdminToken("0123456789abcdef"))
        var dumped = ""
        dump(loaded.configuration.admin, to: &dumped)
        #expect(!dumped.contains("0123") && !"\(loaded.configuration)".contains("0123"))
        let short = try TemporaryFile("0123456789\n")
        let found = configurationProblems(environment.merging(["ADMIN_TOKEN_FILE": short.path]) { $1 }, requiring: .run)
        #expect(found.count == 1 && found[0].contains("16 to 1024 characters") && !found[0].contains("0123"))
    }

    @Test func theyNeverPrintThemselves() throws {
        let file = try TemporaryFile("sasl.password=\(secret)\n")
        let loaded = try loadConfiguration(
            ["ROCKETSMS_USERNAME": "375291234567", "ROCKETSMS_PASSWORD": secret, "KAFKA_PROPERTIES_FILE": file.path],
            requiring: .credentials)
        #expect(loaded.configuration.kafka.properties["sasl.password"] == secret)
        let report = ConfigurationReport(loaded.settings)
        var dumped = ""
        dump(loaded.configuration, to: &dumped)
        for text in [
            "\(loaded.configuration)", String(reflecting: loaded.configuration), dumped, report.text,
            String(decoding: report.json, as: UTF8.self),
            "\(loaded.configuration.provider.credentials!.password)", String(reflecting: loaded.configuration.kafka.properties),
        ] {
            #expect(!text.contains(secret))
            #expect(!text.contains("375291234567"))
        }
    }
}
