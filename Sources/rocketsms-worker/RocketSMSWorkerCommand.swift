internal import Requests
internal import SMSPipeline

/// The program.
@main
enum RocketSMSWorkerCommand {
    static func main() async { await Program.runProcess() }
}
