package import JSON

/// The members of a structured CloudEvent that admission looks at. Holds the record's pointers.
package struct CloudEventEnvelope {
    package private(set) var specversion = RequestField.absent
    package private(set) var id = RequestField.absent
    package private(set) var source = RequestField.absent
    package private(set) var type = RequestField.absent
    package private(set) var base64 = RequestField.absent
    /// The JSON of `data`, as it stands there; nil where it is absent or null.
    package private(set) var data: UnsafeRawBufferPointer?

    /// - Throws: where `json` is not one JSON object, or an object in it has a key twice.
    package init(reading json: UnsafeRawBufferPointer) throws(JSONError) {
        var reader = JSONReader(json)
        var keys = UniqueKeys()
        try reader.beginObject()
        while let key = try reader.nextKey() {
            try keys.insert(key, reader)
            switch key {
            case "specversion": specversion = try RequestField(reading: &reader)
            case "id": id = try RequestField(reading: &reader)
            case "source": source = try RequestField(reading: &reader)
            case "type": type = try RequestField(reading: &reader)
            case "data_base64": base64 = try RequestField(reading: &reader)
            case "data":
                let isNull = try reader.peek() == .null
                let value = try reader.skipValue()
                data = isNull ? nil : value
            default: try reader.skipValueOfUniqueKeys()
            }
        }
        try reader.finish()
    }
}
