import Testing

@testable import SMSWorker

@Suite struct TracesConfigurationTests {
    private let endpoint = ["OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318/"]

    @Test func withoutAnEndpointThereAreNone() throws {
        #expect(try loadConfiguration(["OTEL_SERVICE_NAME": "x"]).configuration.traces == nil)
    }

    @Test func theStandardVariablesAreRead() throws {
        let more = [
            "OTEL_EXPORTER_OTLP_PROTOCOL": "http/json", "OTEL_EXPORTER_OTLP_HEADERS": "api-key=a%20b,x=1",
            "OTEL_EXPORTER_OTLP_TIMEOUT": "2500", "OTEL_SERVICE_NAME": "sms",
            "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment.name=test , service.name=other,k=%D1%8F",
        ]
        let traces = try #require(loadConfiguration(endpoint.merging(more) { $1 }).configuration.traces)
        #expect(traces.url == "http://collector:4318/v1/traces" && traces.form == .json && traces.timeout == .milliseconds(2_500))
        #expect(traces.headers == ["api-key: a b", "x: 1"])
        let resource = traces.resource.map { "\($0.name)=\($0.value)" }
        #expect(resource == ["service.name=sms", "service.version=\(WorkerVersion.string)", "deployment.environment.name=test", "k=я"])
    }

    @Test(arguments: ["OTEL_EXPORTER_OTLP_HEADERS", "OTEL_RESOURCE_ATTRIBUTES"], ["secret", "a=%0D%0Ab", "a=%G1", "=x", "a=1,secret"])
    func whatIsNoListOfPairsIsRefusedWithoutBeingShown(key: String, value: String) {
        let problems = configurationProblems(endpoint.merging([key: value]) { $1 })
        #expect(problems.count == 1 && problems[0].contains(key) && !problems[0].contains("secret"))
    }
}
