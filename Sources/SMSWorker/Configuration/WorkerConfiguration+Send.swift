package import SMSPipeline

extension WorkerConfiguration {
    package typealias Send = SendSettings
    package typealias Track = TrackSettings
}
