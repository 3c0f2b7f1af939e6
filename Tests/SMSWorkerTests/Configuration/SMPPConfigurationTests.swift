import SMPP
import SMSPipeline
import Testing
import Time

@testable import Requests
@testable import SMSWorker

@Suite("Configuration of SMPP") struct SMPPConfigurationTests {
    private static let least = [
        "PROVIDER_TRANSPORT": "smpp", "KAFKA_BOOTSTRAP_SERVERS": "a:1", "SMPP_HOST": "smsc.example", "SMPP_SYSTEM_ID": "shop",
        "SMPP_PASSWORD": "hunter2",
    ]

    private func problems(_ change: [String: String?], requiring requirements: ConfigurationRequirements = .run) -> [String] {
        var environment = Self.least
        for (key, value) in change { environment[key] = value }
        return configurationProblems(environment, requiring: requirements)
    }

    @Test func whatIsNotSaid() throws {
        let configuration = try loadConfiguration(Self.least, requiring: .run).configuration
        let smpp = try #require(configuration.smpp)
        var expected = SMPPSettings(host: "smsc.example", port: 2775, isTLS: true, systemID: "shop", password: SecretText("hunter2"))
        expected.connectTimeout = .seconds(5)
        #expect(
            smpp == expected && smpp.binds == [.transceiver] && smpp.source == nil && smpp.destination == .init(ton: 1, npi: 1)
                && smpp.checksReceiptAddress)
        #expect(configuration.provider.credentials == nil && configuration.topics.receipts?.name == "sms.receipts")
        #expect(configuration.topics.receipts?.retention == .seconds(96 * 3_600))
        #expect(configuration.send.schedule == .worker && configuration.send.drainLimit == .seconds(30))
        let http = try loadConfiguration().configuration
        #expect(http.smpp == nil && http.topics.receipts == nil && http.send.schedule == .provider)
    }

    @Test func whatIsSaid() throws {
        let settings = [
            "SMPP_HOST": "[::1]", "SMPP_PORT": "3700", "SMPP_TLS": "false", "SMPP_SYSTEM_TYPE": "vma", "SMPP_BIND": "pair",
            "SMPP_WINDOW": "3",
            "SMPP_ENQUIRE_INTERVAL": "9s", "SMPP_RESPONSE_TIMEOUT": "8s", "SMPP_SOURCE_TON_NPI": "5/0", "SMPP_DESTINATION_TON_NPI": "2/8",
            "SMPP_DATA_CODING": "3", "SMPP_CONCATENATION": "payload", "SMPP_MESSAGE_ID_FORMAT": "dec-hex",
            "SMPP_UNKNOWN_STATUSES": "0x8,69,0x400", "SMPP_RECEIPT_ADDRESS": "ignore", "TOPICS_RECEIPTS": "r", "SEND_DRAIN_LIMIT": "1s",
        ]
        let configuration = try loadConfiguration(Self.least.merging(settings) { $1 }, requiring: .run).configuration
        let smpp = try #require(configuration.smpp)
        #expect(smpp.host == "::1" && smpp.port == 3_700 && !smpp.isTLS && smpp.systemType == "vma" && smpp.window == 3)
        #expect(smpp.enquireInterval == .seconds(9) && smpp.responseTimeout == .seconds(8) && smpp.dataCoding == 3)
        #expect(smpp.source == .init(ton: 5, npi: 0) && smpp.destination == .init(ton: 2, npi: 8))
        #expect(smpp.concatenation == .payload && smpp.identity == MessageIdentity(.decHex) && !smpp.checksReceiptAddress)
        #expect(smpp.unknownStatuses == [.systemError, CommandStatus(0x45), CommandStatus(0x400)])
        #expect(configuration.topics.receipts?.name == "r" && configuration.send.drainLimit == .seconds(1))
        #expect(smpp.session(.receiver).rules.verdict(CommandStatus(0x45)) == .unknown)
        #expect(smpp.session(.receiver).bind.password == "hunter2" && smpp.binds == [.transmitter, .receiver])
    }

    @Test func eachDoorNeedsItsOwn() {
        #expect(problems([:]) == [])
        for (key, name) in [("SMPP_HOST", "smpp.host"), ("SMPP_SYSTEM_ID", "smpp.systemId"), ("SMPP_PASSWORD", "smpp.password")] {
            let found = problems([key: String?.none])
            #expect(found.count == 1 && found[0].hasPrefix("\(name) is required"), "\(found)")
            #expect(problems([key: String?.none], requiring: .broker) == [])
        }
        // The API's own commands are the API's, whichever door messages go through.
        #expect(problems([:], requiring: .credentials).count == 2)
        let http = configurationProblems(["KAFKA_BOOTSTRAP_SERVERS": "a:1", "SMPP_HOST": "x"], requiring: .run)
        #expect(http.count == 2 && http.allSatisfy { $0.contains("ROCKETSMS_") })
    }

    @Test(arguments: [
        ("SMPP_BIND", "receiver", "transceiver, pair"), ("SEND_SCHEDULE", "provider", "over SMPP it is the worker"),
        ("ROCKETSMS_SENDER_POLICY", "reject", "list of senders"), ("TOPICS_RECEIPTS", "sms.status", "two purposes"),
        ("SMPP_SYSTEM_ID", "0123456789abcdef", "1 to 15"), ("SMPP_PASSWORD", "0123456789abcdefg", "1 to 16"),
        ("SMPP_HOST", "a b", "a host"),
        ("SMPP_SYSTEM_TYPE", "0123456789abc", "1 to 12"), ("SMPP_SOURCE_TON_NPI", "5", "such as 5/0"),
        ("SMPP_SOURCE_TON_NPI", "5/256", "such as 5/0"), ("SMPP_DESTINATION_TON_NPI", "1/+1", "such as 5/0"),
        ("SMPP_UNKNOWN_STATUSES", "0x00", "a status other than 0"), ("SMPP_UNKNOWN_STATUSES", "0xG", "a status other than 0"),
        ("SMPP_WINDOW", "0", "1 to 1000"), ("SMPP_DATA_CODING", "256", "0 to 255"), ("SMPP_CONCATENATION", "none", "udh, sar, payload"),
        ("SMPP_MESSAGE_ID_FORMAT", "hex", "opaque, hex-dec, dec-hex"), ("PROVIDER_TRANSPORT", "SMPP", "http, smpp"),
    ])
    func whatDoesNotGoIsSaid(key: String, value: String, sentence: String) {
        let found = problems([key: value])
        #expect(found.count == 1 && found[0].contains(sentence), "\(found)")
        #expect(!found.joined().contains("hunter2") && !found.joined().contains("0123456789abcdefg"))
    }

    @Test func thePasswordMayComeFromAFile() throws {
        let file = try TemporaryFile("hunter2\n")
        let given: [String: String?] = ["SMPP_PASSWORD": nil, "SMPP_PASSWORD_FILE": file.path]
        #expect(problems(given) == [])
        var environment = Self.least
        #expect(problems(["SMPP_PASSWORD_FILE": file.path]).count == 1)
        environment["SMPP_PASSWORD"] = nil
        environment["SMPP_PASSWORD_FILE"] = file.path
        let loaded = try loadConfiguration(environment, requiring: .run)
        #expect(loaded.configuration.smpp?.password == SecretText("hunter2"))
        environment["SMPP_PASSWORD_FILE"] = nil
        environment["SMPP_PASSWORD"] = "hunter2"
        let secret = try loadConfiguration(environment, requiring: .run)
        for text in [
            ConfigurationReport(secret.settings).text, String(decoding: ConfigurationReport(secret.settings).json, as: UTF8.self),
            "\(secret.configuration)", String(reflecting: secret.configuration),
        ] { #expect(!text.contains("hunter2")) }
    }

    @Test func plainTextIsWarnedOf() throws {
        func warnings(_ host: String, _ tls: String) throws -> [String] {
            let environment = Self.least.merging(["SMPP_HOST": host, "SMPP_TLS": tls]) { $1 }
            return try loadConfiguration(environment, requiring: .run).warnings.filter { $0.contains("SMPP_TLS") }
        }
        #expect(try warnings("smsc.example", "true") == [] && warnings("127.0.0.1", "false") == [])
        #expect(try warnings("smsc.example", "false").count == 1)
    }
}
