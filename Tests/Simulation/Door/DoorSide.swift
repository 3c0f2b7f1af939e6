import Requests
import SMSPipeline
import SMSWorker
import Time

/// What all processes share of the second door.
final class DoorSide {
    let centre: MessageCentre
    let topic: ReceiptTopic
    let options: DoorOptions

    init(cluster: Cluster, options: Options, door: DoorOptions) {
        centre = MessageCentre(world: cluster.world, options: options, door: door)
        topic = ReceiptTopic(cluster)
        self.options = door
    }

    func heal() {
        centre.heal()
        topic.heal()
    }

    /// No receipt is on its way.
    var isQuiet: Bool { centre.isQuiet }

    func forget() {
        centre.forget()
        topic.forget()
    }
}
