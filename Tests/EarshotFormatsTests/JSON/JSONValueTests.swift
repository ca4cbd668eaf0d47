import Earshot
import EarshotFormats
import Testing

@Suite struct JSONValueTests {
    @Test func `a text is written back as it was read`() throws {
        let text = #"{"b":[1,-2,0.5,1e+300,true,false,null],"a":{"ä\"\n":"🛫"},"":[],"o":{}}"#
        #expect(try JSONValue(parsing: text).description == text)
    }

    @Test func `the last of two equal keys holds, in the first one's place`() throws {
        #expect(try JSONValue(parsing: #"{"a":1,"b":2,"a":3}"#).description == #"{"a":3,"b":2}"#)
    }

    @Test func `numbers are equal by value and objects in any order`() throws {
        #expect(try JSONValue(parsing: #"{"a":1,"b":[2.0]}"#) == ["b": [2], "a": 1.0])
        #expect(JSONValue.integer(9_007_199_254_740_993) != .number(9_007_199_254_740_992))
        #expect(JSONValue.string("e\u{301}") != "é")
    }

    @Test func `a pointer leads to its value`() throws {
        let value: JSONValue = ["a/b": [["m~n": "here"]], "": 8, "0": "zero"]
        #expect(value.value(at: "") == value)
        #expect(value.value(at: "/a~1b/0/m~0n") == "here")
        #expect(value.value(at: "/") == 8)
        #expect(value.value(at: "/0") == "zero")
        #expect(value.value(at: "/a~1b/01") == nil)
        #expect(value.value(at: "/a~1b/-1") == nil)
        #expect(value.value(at: "a") == nil)
    }

    @Test func `a large object is searched by its table, also after a member went`() {
        var members = JSONObject()
        for number in 0..<1000 { members["k\(number)"] = .integer(Int64(number)) }
        members["k500"] = nil
        members["k501"] = "new"
        #expect(members.count == 999)
        #expect(members["k999"] == 999)
        #expect(members["k500"] == nil)
        #expect(members["k501"] == "new")
        #expect(members.keys.prefix(2) == ["k0", "k1"])
    }

    @Test func `a text nested as deep as the parser allows is held`() throws {
        let deep = String(repeating: "[", count: 1000) + String(repeating: "]", count: 1000)
        #expect(try JSONValue(parsing: deep).description == deep)
    }
}
