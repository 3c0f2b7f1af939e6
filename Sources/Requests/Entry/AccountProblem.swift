/// What a refusal says of the account.
package enum AccountProblem: Equatable, Sendable { case credentials, credit }
