/// Which text the reader takes.
package enum JSONSyntax: Sendable {
    /// RFC 8259 and nothing else.
    case strict
    /// RFC 8259, and `//` and `/* */` comments, and a comma after the last member or element: for files that people write.
    case configuration
}
