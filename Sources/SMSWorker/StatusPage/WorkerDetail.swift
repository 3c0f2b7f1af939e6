package import SMSPipeline

/// What is asked of the pipeline's loop for the page.
package struct WorkerDetail: Equatable, Sendable {
    package var pipeline: PipelineDetail
    package var failures: [RecentFailures.Failure]

    package init(pipeline: PipelineDetail, failures: [RecentFailures.Failure]) {
        self.pipeline = pipeline
        self.failures = failures
    }
}
