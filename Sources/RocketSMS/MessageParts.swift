// `MessageParts`, a text's alphabet and the parts that are paid for: whoever imports this module gets it, without a second import.
@_exported public import SMSText
