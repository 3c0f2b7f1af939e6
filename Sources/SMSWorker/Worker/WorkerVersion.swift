/// Of this program: for `version`, `--version`, logs and metrics.
package enum WorkerVersion {
    package static let string = "0.1.0"
}
