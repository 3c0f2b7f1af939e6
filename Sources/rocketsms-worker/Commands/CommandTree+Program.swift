internal import Requests
internal import SMSPipeline

/// Every command of the program.
extension CommandTree {
    static let program = CommandTree.group(
        name: "rocketsms-worker", abstract: "Sends SMS through RocketSMS.by as Kafka asks for them.",
        [
            .command(RunCommand.self),
            .command(DemoCommand.self),
            .command(CheckCommand.self),
            .group(
                name: "config", abstract: "The configuration.",
                [.command(ConfigPrintCommand.self), .command(ConfigCheckCommand.self), .command(ConfigSchemaCommand.self)]),
            .group(
                name: "topics", abstract: "The topics.",
                [.command(TopicsCreateCommand.self), .command(TopicsCheckCommand.self), .command(TopicsPlanCommand.self)]),
            .group(name: "acls", abstract: "The rights on the topics.", [.command(AclsPlanCommand.self)]),
            .command(PublishCommand.self),
            .command(WatchCommand.self),
            .group(
                name: "requests", abstract: "Requests that wait for an operator, or to be sent.",
                [
                    .command(RequestsListCommand.self), .command(RequestsHeldCommand.self), .command(RequestsResolveCommand.self),
                    .command(RequestsCancelCommand.self),
                    .command(RequestsForgetCommand.self),
                ]),
            .group(
                name: "ledger", abstract: "The worker's own topics: what it knows of open requests.",
                [.command(LedgerShowCommand.self), .command(LedgerForgetCommand.self)]),
            .group(
                name: "dead-letters", abstract: "Records that could not become a request.",
                [.command(DeadLettersListCommand.self), .command(DeadLettersRedriveCommand.self)]),
            .group(name: "offsets", abstract: "The group's offsets.", [.command(OffsetsRepairCommand.self)]),
            .command(AuditCommand.self),
            .command(SendCommand.self),
            .command(StatusCommand.self),
            .command(BalanceCommand.self),
            .command(SendersListCommand.self, [.command(SendersAddCommand.self)]),
            .command(TemplatesCommand.self),
            .command(SimulatorCommand.self),
            .command(HealthcheckCommand.self),
            .command(VersionCommand.self),
            .command(CompletionCommand.self),
        ])
}
