/// The schema of a status event's value, as `schemas/status-event.schema.json` has it: a registry is told it. A test holds the two together.
package enum StatusEventSchema {
    package static let text = #"""
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "$id": "urn:rocketsms-worker:schema:status-event",
          "title": "Status event",
          "description": "Value of a record on the status topic. Read it read_committed: per request (topic, partition, id) \#
        sequence is 1, 2, 3 ... without gap or repeat, statuses only move forward, and exactly one event, the last, is \#
        final. Ignore unknown fields, accept unknown reason codes.",
          "type": "object",
          "required": [
            "requestId",
            "status",
            "sequence",
            "final",
            "at"
          ],
          "properties": {
            "requestId": {
              "type": "string",
              "minLength": 1
            },
            "messageId": {
              "type": "string",
              "minLength": 1,
              "description": "The provider's id, a 64-bit integer at the provider and a string here. Absent while none is \#
        known."
            },
            "messageIds": {
              "type": "array",
              "minItems": 2,
              "items": {
                "type": "string",
                "minLength": 1
              },
              "description": "Of a message in several parts the provider's id of each, in their order; messageId is the first of \#
        them."
            },
            "status": {
              "enum": [
                "QUEUED",
                "SENT",
                "DELIVERED",
                "FAILED"
              ]
            },
            "sequence": {
              "type": "integer",
              "minimum": 1
            },
            "final": {
              "type": "boolean",
              "description": "No event of this request follows."
            },
            "at": {
              "type": "string",
              "format": "date-time",
              "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$",
              "description": "When the worker learned of it; UTC, milliseconds."
            },
            "attempt": {
              "type": "integer",
              "minimum": 1,
              "description": "Absent where no attempt was made."
            },
            "providerStatus": {
              "type": "string",
              "minLength": 1,
              "description": "The provider's status where it is none of the four; status is the last known one then."
            },
            "reason": {
              "type": "object",
              "required": [
                "code",
                "kind",
                "message"
              ],
              "properties": {
                "code": {
                  "type": "string",
                  "minLength": 1,
                  "description": "The provider's code verbatim, or EXPIRED, OUTCOME_UNKNOWN, CANCELLED, TRACKING_EXPIRED, \#
        PROVIDER_FAILED, RESOLVED, TOO_MANY_PARTS, NOT_SENDABLE, SENDER_NOT_ALLOWED. The list is open."
                },
                "kind": {
                  "enum": [
                    "refused",
                    "undelivered",
                    "expired",
                    "cancelled",
                    "unknown",
                    "resolved",
                    "untracked"
                  ],
                  "description": "What to branch on; the list is closed. refused: the provider, or a rule of the \#
        operator's, did not take it. undelivered: taken, not delivered. expired: too late. cancelled: on command. unknown: \#
        an SMS may have gone out. resolved: an operator's word. untracked: no final status came."
                },
                "message": {
                  "type": "string",
                  "minLength": 1,
                  "description": "One sentence for people; may change."
                }
              }
            },
            "parts": {
              "type": "integer",
              "minimum": 1,
              "maximum": 255,
              "description": "SMS parts that the text takes (GSM-7 160/153 septets, UCS-2 70/67 units); absent for a \#
        template whose text is not known here."
            },
            "cost": {
              "type": "object",
              "minProperties": 1,
              "properties": {
                "credits": {
                  "type": "number"
                },
                "money": {
                  "type": "number",
                  "description": "BYN; whether of one part or of the whole the provider does not say."
                }
              },
              "description": "As the provider gave it, from the first event after acceptance on."
            },
            "possibleDuplicate": {
              "const": true,
              "description": "An earlier attempt's outcome was unknown: there may be one SMS more. Absent otherwise."
            },
            "metadata": {
              "type": "object",
              "additionalProperties": {
                "type": "string"
              },
              "description": "The request's."
            }
          },
          "allOf": [
            {
              "if": {
                "properties": {
                  "status": {
                    "enum": [
                      "DELIVERED",
                      "FAILED"
                    ]
                  }
                }
              },
              "then": {
                "properties": {
                  "final": {
                    "const": true
                  }
                }
              }
            },
            {
              "if": {
                "properties": {
                  "status": {
                    "const": "FAILED"
                  }
                }
              },
              "then": {
                "required": [
                  "reason"
                ]
              }
            },
            {
              "if": {
                "properties": {
                  "status": {
                    "enum": [
                      "QUEUED",
                      "SENT"
                    ]
                  },
                  "final": {
                    "const": true
                  }
                }
              },
              "then": {
                "required": [
                  "reason"
                ]
              }
            }
          ]
        }
        """#
}
