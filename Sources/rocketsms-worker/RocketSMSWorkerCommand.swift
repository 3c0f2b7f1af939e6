@main
enum RocketSMSWorkerCommand {
    static func main() async {}
}
