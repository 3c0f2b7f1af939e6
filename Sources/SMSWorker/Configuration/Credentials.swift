internal import Requests
internal import SMSPipeline

/// Who we are to the provider. Prints as stars, whichever way it is printed.
package struct Credentials: Equatable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package enum Password: Equatable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
        case plain(String)
        /// 32 hexadecimal digits in lower case.
        case md5(String)

        package var description: String { "***" }
        package var debugDescription: String { "***" }
        package var customMirror: Mirror { Mirror(self, children: [:]) }
    }

    package var username: String
    package var password: Password

    package init(username: String, password: Password) {
        self.username = username
        self.password = password
    }

    package var description: String { "***" }
    package var debugDescription: String { "***" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
