// swift-tools-version: 6.1
import PackageDescription

// No `dependencies:`: everything comes from the toolchain or, as a C library behind a module map,
// from the distribution (see README, "Building").

// Where changes are judged, a warning is an error. Not always: a newer compiler may warn of what this one does not.
let strictness: [SwiftSetting] = Context.environment["WARNINGS_AS_ERRORS"] == nil ? [] : [.unsafeFlags(["-warnings-as-errors"])]
let settings: [SwiftSetting] =
    strictness + [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
    ]

// In a release build the worker's modules are optimised as one, and exclusive access is not checked at run time: debug builds do, which all
// tests are. Not those of the library: another package could not depend on it then.
let speed: SwiftSetting = .unsafeFlags(["-cross-module-optimization", "-enforce-exclusivity=unchecked"], .when(configuration: .release))

func module(_ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = [], inLibrary: Bool = false) -> Target {
    .target(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: inLibrary ? settings : settings + [speed])
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

let package = Package(
    name: "rocketsms-worker",
    products: [
        .executable(name: "rocketsms-worker", targets: ["rocketsms-worker"]),
        // The provider's API alone, for other programs.
        .library(name: "RocketSMS", targets: ["RocketSMS"]),
    ],
    targets: [
        // C libraries of the distribution, and the two kernel headers that Glibc's module lacks.
        .systemLibrary(name: "CLibrdkafka", pkgConfig: "rdkafka", providers: [.apt(["librdkafka-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CMicrohttpd", pkgConfig: "libmicrohttpd", providers: [.apt(["libmicrohttpd-dev"])]),
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CLinux"),

        // The floor: small, and without opinion on SMS.
        module("Logging", ["CLinux"], inLibrary: true),
        module("Metrics"),
        module("JSON", inLibrary: true),
        module("Time", inLibrary: true),
        module("SMSText", inLibrary: true),
        module("EventLoop", ["CLinux", "Time"], inLibrary: true),
        // What both doors of the provider are reached by.
        module("Connect", ["CCurl", "EventLoop", "Time"], inLibrary: true),
        module("HTTPServer", ["CMicrohttpd", "CLinux", "EventLoop", "Time"]),

        // The two outsides. Neither knows of the other.
        module("Kafka", ["CLibrdkafka", "CLinux", "EventLoop", "Time", "Logging", "JSON"]),
        module(
            "RocketSMS", ["Connect", "CCrypto", "CLinux", "EventLoop", "Time", "Logging", "JSON", "SMSText"], inLibrary: true),
        module("SMPP", ["Connect", "EventLoop", "Time", "Logging", "SMSText"], exclude: ["README.md"]),
        module("RocketSMSSimulator", ["HTTPServer", "SMPP", "EventLoop", "Time", "JSON", "SMSText", "CCrypto"], exclude: ["README.md"]),

        // For servers beside them: a schema registry, a collector of traces.
        module("WebClient", ["CCurl"]),
        module("SchemaRegistry", ["WebClient", "JSON"]),

        // The pipeline between them, and the program.
        module("Requests", ["JSON", "Time", "SMSText"], exclude: ["README.md"]),
        module("SMSPipeline", ["Requests", "Time"], exclude: ["README.md"]),
        module(
            "SMSWorker",
            [
                "SMSPipeline", "Requests", "Time", "Kafka", "RocketSMS", "SMPP", "SMSText", "Connect", "SchemaRegistry", "WebClient",
                "HTTPServer", "EventLoop", "JSON", "Logging", "Metrics", "CLinux", "CCrypto",
            ]),
        .executableTarget(
            name: "rocketsms-worker",
            dependencies: [
                "SMSWorker", "SMSPipeline", "Requests", "Kafka", "RocketSMS", "RocketSMSSimulator", "HTTPServer", "EventLoop", "Time",
                "JSON", "SMSText", "Logging", "Metrics",
            ],
            swiftSettings: settings + [speed]),

        // Run by scripts/bench. Here and not in a package of its own because it measures what is `package` only.
        .executableTarget(
            name: "Benchmarks", dependencies: ["RocketSMS", "SMPP", "SMSText", "Connect", "EventLoop", "Time"], swiftSettings: settings),

        // Run by scripts/simulate, in a release build: the worker's own code on a virtual clock, against a simulated Kafka and provider.
        .executableTarget(
            name: "Simulation",
            dependencies: [
                "SMSWorker", "SMSPipeline", "Requests", "RocketSMS", "RocketSMSSimulator", "EventLoop", "Time", "JSON", "Logging",
                "Metrics",
            ],
            path: "Tests/Simulation", exclude: ["seeds.txt", "mutations"], swiftSettings: settings),
        .target(
            name: "TestSupport", dependencies: ["Kafka", "RocketSMSSimulator", "EventLoop", "Time", "CLinux", "CCurl"], path: "Tests/TestSupport",
            swiftSettings: settings),
        .target(
            name: "PipelineSupport", dependencies: ["SMSPipeline", "Requests", "Time", "TestSupport"], path: "Tests/PipelineSupport",
            swiftSettings: settings),
        tests("LoggingTests", ["Logging"]),
        tests("MetricsTests", ["Metrics"]),
        tests("JSONTests", ["JSON", "Time", "TestSupport"]),
        tests("SMSTextTests", ["SMSText", "TestSupport"]),
        tests("EventLoopTests", ["EventLoop", "Time", "CLinux", "TestSupport"]),
        tests("HTTPServerTests", ["HTTPServer", "Time", "TestSupport"]),
        tests("KafkaTests", ["Kafka", "CLibrdkafka", "EventLoop", "Time", "JSON", "Logging", "TestSupport"]),
        tests("SchemaRegistryTests", ["SchemaRegistry"]),
        tests("RocketSMSTests", ["RocketSMS", "Connect", "RocketSMSSimulator", "EventLoop", "Time", "JSON", "TestSupport"]),
        tests("SMPPTests", ["SMPP", "SMSText", "Connect", "EventLoop", "Time", "TestSupport"]),
        tests("RocketSMSSimulatorTests", ["RocketSMSSimulator", "RocketSMS", "SMPP", "Connect", "SMSText", "EventLoop", "Time", "JSON", "TestSupport"]),
        tests("RequestsTests", ["Requests", "Time", "JSON", "PipelineSupport", "TestSupport"]),
        tests("PipelineTests", ["SMSPipeline", "Requests", "Time", "JSON", "SMSText", "PipelineSupport", "TestSupport"]),
        tests(
            "SMSWorkerTests",
            [
                "SMSWorker", "SMSPipeline", "Requests", "Kafka", "CLibrdkafka", "RocketSMS", "SMPP", "RocketSMSSimulator", "Connect",
                "HTTPServer", "EventLoop", "Time", "JSON", "Logging", "Metrics", "WebClient", "PipelineSupport", "TestSupport",
            ]),
        // Reads the sources themselves.
        tests("TidyTests", []),
        // The scripts of the simulated cluster, on a real one.
        tests("ConformanceTests", ["Simulation", "SMSWorker", "SMSPipeline", "Requests", "Kafka", "EventLoop", "Time", "TestSupport"]),
        tests(
            "CommandTests",
            [
                "rocketsms-worker", "Time", "EventLoop", "RocketSMSSimulator", "JSON", "SMSWorker", "SMSPipeline", "Requests", "Kafka",
                "TestSupport",
            ]),
    ],
    swiftLanguageModes: [.v6]
)
