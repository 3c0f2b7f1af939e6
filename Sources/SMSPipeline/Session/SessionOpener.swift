internal import Requests

/// Makes a new session on Kafka's side, elsewhere: `Pipeline.opened` gets the answer.
package protocol SessionOpener: AnyObject {
    func open()
}
