import EarshotGateway
import Testing

@Suite struct ConfigurationProblemTests {
    /// A channel and a sink that are right, around what is looked at.
    private static func whole(channel: String = "", settings: String = "", more: String = "") -> String {
        """
        {"channels": {"wire": {"adapter": "telex", \(channel) "settings":
          {"query": "acme", "token": "${TOKEN}" \(settings.isEmpty ? "" : "," + settings)}}},
         "sinks": {"shelf": {"sink": "shelf", "settings": {"path": "out"}}} \(more.isEmpty ? "" : "," + more)}
        """
    }

    @Test(
        arguments: [
            (whole(), []),
            (whole(channel: #""every": "30s", "silent_after": "2d", "label": "Wire", "keep_raw": true,"#), []),
            (
                whole(channel: #""every": "30 s","#),
                [
                    #"/channels/wire/every: expected a duration such as "30s", "10m" or "2d", found "30 s""#
                ]
            ),
            (
                whole(channel: #""every": 30,"#),
                [
                    #"/channels/wire/every: expected a duration such as "30s", "10m" or "2d", found 30"#
                ]
            ),
            (
                whole(channel: #""every": "0s","#),
                [#"/channels/wire/every: expected a duration above zero, found "0s""#]
            ),
            (
                whole(channel: #""silent_after": "0h","#),
                [#"/channels/wire/silent_after: expected a duration above zero, found "0h""#]
            ),
            (
                whole(more: #""dedupe": {"window": "0d"}"#),
                [#"/dedupe/window: expected a duration above zero, found "0d""#]
            ),
            (
                whole(
                    more:
                        #""watch": {"acme": {"any": ["acme"], "languages": ["fi", "pt-BR", "zh-Hant-TW", "Finnish"]}}"#),
                [#"/watch/acme/languages/3: expected a BCP 47 tag such as "fi" or "pt-BR", found "Finnish""#]
            ),
            (whole(channel: #""evry": "30s","#), [#"/channels/wire/evry: unknown key "evry"; did you mean "every"?"#]),
            (
                whole(channel: #""base_url": "http://x.example","#),
                [
                    #"/channels/wire/base_url: unknown key "base_url"; it belongs into "settings""#
                ]
            ),
            (
                whole(settings: #""listen": "serch""#),
                [
                    #"/channels/wire/settings/listen: expected one of search, webhook, files, found "serch"; did you mean "search"?"#
                ]
            ),
            (
                whole(settings: #""limit": 501"#),
                [
                    "/channels/wire/settings/limit: expected a whole number from 1 to 500, found 501"
                ]
            ),
            (
                whole(settings: #""limit": "7""#),
                [
                    #"/channels/wire/settings/limit: expected a whole number from 1 to 500, found "7""#
                ]
            ),
            (whole(settings: #""limit": "${LIMIT}""#), []),
            (
                whole(settings: #""limit": "${LIMIT}00""#),
                [
                    #"/channels/wire/settings/limit: expected a whole number from 1 to 500, found "${LIMIT}00""#
                ]
            ),
            (
                whole(settings: #""base_url": "https://x.example:99999/""#),
                [
                    "/channels/wire/settings/base_url: expected an http or https address, "
                        + #"found "https://x.example:99999/""#
                ]
            ),
            (whole(settings: #""base_url": "http://[::1]:80/""#), []),
            (
                whole(settings: #""base_url": "https://me:hidden@x.example/""#),
                [
                    "/channels/wire/settings/base_url: expected an address without a user and a password: "
                        + "those are not sent"
                ]
            ),
            (
                whole(settings: #""keep_raw": "yes", "base_url": "ftp://x.example", "largest": "10MB""#),
                [
                    #"/channels/wire/settings/base_url: expected an http or https address, found "ftp://x.example""#,
                    #"/channels/wire/settings/keep_raw: expected true or false, found "yes""#,
                    #"/channels/wire/settings/largest: expected a size such as "64KiB" or "10MiB", found "10MB""#,
                ]
            ),
            (
                whole(settings: #""stations": ["a", 1], "proxy": {"hots": "x"}, "headers": []"#),
                [
                    "/channels/wire/settings/headers: expected an object of secrets, found a list",
                    #"/channels/wire/settings/proxy: "host" is missing: its host"#,
                    #"/channels/wire/settings/proxy/hots: unknown key "hots"; did you mean "host"?"#,
                    "/channels/wire/settings/stations/1: expected a text, found 1",
                ]
            ),
            (
                whole(settings: #""headers": {"X-Key": "plain"}"#),
                [
                    "warning: /channels/wire/settings/headers/X-Key: a secret is written out; better take it from ${NAME} or ${file:PATH}"
                ]
            ),
            (
                whole(settings: #""path": "x.json""#),
                [
                    #"/channels/wire/settings/path: "path" is for "listen": "files" alone"#
                ]
            ),
            (
                whole(settings: #""base_url": "${NOWHERE}""#),
                [
                    "/channels/wire/settings/base_url: the environment variable NOWHERE is not set"
                ]
            ),
            (
                whole(settings: #""headers": {"A": "${EMPTY}", "B": ""}"#),
                [
                    #"/channels/wire/settings/headers/A: expected a secret, which is not empty, found "${EMPTY}""#,
                    "warning: /channels/wire/settings/headers/B: a secret is written out; better take it from ${NAME} or ${file:PATH}",
                    #"/channels/wire/settings/headers/B: expected a secret, which is not empty, found """#,
                ]
            ),
            (
                whole(settings: #""base_url": "${EMPTY}", "stations": ["${EMPTY:-${TOKEN}}"]"#),
                [
                    #"/channels/wire/settings/base_url: expected an http or https address, found "${EMPTY}""#,
                    #"/channels/wire/settings/stations/0: expected a default without ${…} in it, found "${EMPTY:-${TOKEN}""#,
                ]
            ),
            (
                whole(settings: #""base_url": "https://x.example/${TOKEN}/feed""#),
                [
                    "warning: /channels/wire/settings/base_url: an address is told with mentions, in logs and on pages: it is no place for a secret"
                ]
            ),
            (whole(settings: #""base_url": "https://${TOKEN}.x.example/feed""#), []),
            (whole(settings: #""pause": "${EMPTY:-}", "stations": ["a"]"#), []),
            (whole(settings: #""pause": "${EMPTY:-5s}", "stations": ["${file:secrets/one}"]"#), []),
            (
                whole(settings: #""stations": ["${file:secrets/open}"], "headers": {"A": "${file:secrets/open}"}"#),
                [
                    "/channels/wire/settings/headers/A: every user of this machine can read the secret in /etc/acme/secrets/open: chmod o-rwx /etc/acme/secrets/open"
                ]
            ),
            (
                whole(settings: #""stations": ["${file:secrets/two}", "${", "${A B}"]"#),
                [
                    "/channels/wire/settings/stations/0: the file secrets/two cannot be read",
                    #"/channels/wire/settings/stations/1: expected '}' after "${", found the end of the text"#,
                    #"/channels/wire/settings/stations/2: expected ${NAME}, ${NAME:-default} or ${file:PATH}, found "${A B}""#,
                ]
            ),
            (
                whole(more: #""dedupe": {"window": "30d", "near": {"similarity": 2}, "repeats": "updates"}"#),
                [
                    "/dedupe/near/similarity: expected a number from 0.5 to 1.0, found 2",
                    #"/dedupe/repeats: expected one of update, drop, found "updates"; did you mean "update"?"#,
                ]
            ),
            (
                whole(more: #""watch": {"a": {"languages": ["fi"]}}, "own_accounts": {"twitter": "acmeair"}"#),
                [
                    #"/own_accounts/twitter: expected a list of texts, found "acmeair""#,
                    #"/watch/a: "any" or "all" must name a term"#,
                ]
            ),
            (whole(more: #""journal": {"limit": "1MiB"}"#), []),
            (
                whole(more: #""journal": {"limit": "0B"}"#),
                [#"/journal/limit: expected a size of 1MiB at least, found "0B""#]
            ),
            (
                whole(more: #""receive": {}"#),
                ["warning: /receive: no channel listens to a webhook: nothing is received"]
            ),
            (
                whole(more: #""receive": {"listen": "8080"}, "admin": {"listen": "0.0.0.0:4196"}"#),
                [
                    #"/admin: others than this machine can call 0.0.0.0:4196, which needs a "token" of 32 characters or more; or listen at 127.0.0.1"#,
                    #"/receive/listen: expected a host and a port such as "127.0.0.1:8080", found "8080""#,
                ]
            ),
            (
                whole(more: #""receive": {}, "admin": {"listen": "127.0.0.1:8080"}"#),
                [
                    "/admin/listen: 127.0.0.1:8080 is where webhooks are received; take another port"
                ]
            ),
            (
                whole(more: #""admin": {"token": "${TOKEN}"}"#),
                ["/admin/token: a token must have 32 characters or more"]
            ),
            (
                #"{"chanels": {}}"#,
                [
                    #"/: "channels" is missing: what is listened to, by name"#,
                    #"/chanels: unknown key "chanels"; did you mean "channels"?"#,
                    "warning: /sinks: there is no sink: mentions are kept and go nowhere",
                ]
            ),
            ("[]", [#"/: 0.json is not an object in braces"#]),
            (
                #"{"channels": {}, "sinks": {"a b": {"sink": "shelve"}}}"#,
                [
                    "/channels: there is no channel to listen to",
                    "/sinks/a b: a sink's name has 1 to 64 letters, digits, '-', '_' and '.', and begins with a letter or digit",
                    #"/sinks/a b/sink: expected a sink (shelf), found "shelve"; did you mean "shelf"?"#,
                ]
            ),
        ] as [(String, [String])])
    func `a text has its problems and no others`(_ text: String, _ problems: [String]) {
        #expect(Configuration.problems(text) == problems)
    }

    @Test(arguments: [
        (
            #"{"adapter": "telex", "settings": {"listen": "webhook", "secret": "${TOKEN}"}}"#,
            #"/channels/c: its webhook cannot be reached: there is no section "receive""#
        ),
        (
            #"{"adapter": "telex", "settings": {}}"#,
            #"/channels/c/settings: "query" is missing, which "listen": "search" needs: what is searched for"#
        ),
        (
            #"{"adapter": "telex", "settings": {"query": "${WORD}", "token": "${TOKEN}"}}"#,
            "/channels/c/settings: a query must have a word"
        ),
        (
            #"{"adapter": "paper"}"#,
            #"/channels/c/settings: paper listens to nothing so: expected "listen": "files" with a "path""#
        ),
        (
            #"{"adapter": "paper", "settings": {"listen": "files"}}"#,
            #"/channels/c/settings: "path" is missing, which "listen": "files" needs: with "listen": "files", the files to read: a file, a folder, or a pattern with *"#
        ),
        (
            #"{"adapter": "telix"}"#,
            #"/channels/c/adapter: expected an adapter (paper, telex), found "telix"; did you mean "telex"?"#
        ),
        (#"{"adapter": ["telex"]}"#, #"/channels/c/adapter: expected a text, found a list"#),
        (#"{}"#, #"/channels/c: "adapter" is missing: which adapter reads the channel"#),
        ("null", #"/channels/c: expected an object with keys such as "adapter", found null"#),
    ])
    func `a channel that cannot work says why`(_ channel: String, _ problem: String) {
        let text = #"{"channels": {"c": \#(channel)}, "sinks": {"s": {"sink": "shelf", "settings": {"path": "x"}}}}"#
        #expect(Configuration.problems(text).first == problem)
    }

    @Test func `two sinks do not write to one path`() {
        let text = """
            {"channels": {"c": {"adapter": "paper", "settings": {"listen": "files", "path": "a"}}},
             "sinks": {"s": {"sink": "shelf", "settings": {"path": "x"}},
                       "t": {"sink": "shelf", "settings": {"path": "./x"}},
                       "u": {"sink": "shelf", "settings": {"path": "y"}}}}
            """
        #expect(
            Configuration.problems(text) == [
                "/sinks/t/settings/path: sink s writes there already: expected a path of its own"
            ])
    }

    @Test(arguments: [
        ("a == 'b' &&", "/sinks/s/when: not a JMESPath expression: unexpected the end (character 12)"),
        ("lenght(text) > `3`", "/sinks/s/when: not a JMESPath expression: there is no function lenght() (character 1)"),
        (
            "visibilty == 'public' && !ext.color",
            #"warning: /sinks/s/when: a mention has no "visibilty"; did you mean "visibility"?"#
        ),
    ])
    func `a condition that is none, or asks for what no mention has, says where`(_ condition: String, _ problem: String)
    {
        let text = """
            {"channels": {"c": {"adapter": "paper", "settings": {"listen": "files", "path": "a"}}},
             "sinks": {"s": {"sink": "shelf", "settings": {"path": "x"}, "when": "\(condition)"}}}
            """
        #expect(Configuration.problems(text) == [problem])
    }

    @Test(arguments: [
        ("", 1, 1, "expected a value, found the end of the file"),
        ("{\"a\": 1,\n \"b\": tru}", 2, 7, "expected a value, found tru"),
        ("{\"a\": 1,\n}", 2, 1, "expected a key in quotes, found }"),
        ("{\"a\": [1, 2}", 1, 12, "expected ',' or ']', found }"),
        ("{\"a\" 1}", 1, 6, "expected ':' after \"a\", found 1"),
        ("{\"a\": \"b\nc\"}", 1, 9, "a text is not closed before its line ends"),
        ("{ // c\n}", 1, 3, "expected a key in quotes, found a comment; comments are members: \"//\": \"…\""),
        ("{} {}", 1, 4, "expected nothing more after the configuration, found {"),
        ("{\"a\": \"\\q\"}", 1, 7, "a text with an escape that JSON does not know, or not in UTF-8"),
        ("{\"a\": 'b'}", 1, 7, "expected a value, found 'b'"),
    ])
    func `a text that is no JSON says in which line and column`(
        _ text: String, _ line: Int, _ column: Int, _ reason: String
    ) throws {
        guard case .failure(let failure) = Configuration.read(text) else { throw Missing() }
        #expect(failure.description == "/: not JSON: \(reason) (column \(column)) (0.json, line \(line))")
    }

    @Test func `deep nesting is refused`() {
        let deep = String(repeating: "[", count: 100_000)
        #expect(Configuration.problems(#"{"a": \#(deep)"#) == ["/: not JSON: nested too deep (column 70)"])
    }

    @Test func `ten planted mistakes are all reported, each with its line`() throws {
        guard case .failure(let failure) = Configuration.read(ConfigurationProblemTests.planted) else {
            throw Missing()
        }
        #expect(failure.description + "\n" == ConfigurationProblemTests.report)
    }

    private struct Missing: Error {}

    private static let planted = """
        {
          "//": "ten mistakes",
          "data-dir": "data",
          "channels": {
            "brand": { "adapter": "telexx", "settings": { "query": "acme" } },
            "wire": {
              "adapter": "telex",
              "every": "5 minutes",
              "settings": {
                "qeury": "acme",
                "token": "${X_TOKEN}",
                "limit": 0
              }
            },
            "wire2": { "adapter": "telex", "settings": { "listen": "webhook", "secret": "hunter2" } }
          },
          "dedupe": { "same_url": "merged" },
          "sinks": {
            "shelf": { "sink": "shelf", "when": "visibility = 'private'" }
          },
          "receive": { "listen": "localhost" }
        }
        """

    private static let report = """
        /channels/brand/adapter: expected an adapter (paper, telex), found "telexx"; did you mean "telex"? (0.json, line 5)
        /channels/wire/every: expected a duration such as "30s", "10m" or "2d", found "5 minutes" (0.json, line 8)
        /channels/wire/settings: "query" is missing, which "listen": "search" needs: what is searched for (0.json, line 9)
        /channels/wire/settings/limit: expected a whole number from 1 to 500, found 0 (0.json, line 12)
        /channels/wire/settings/qeury: unknown key "qeury"; did you mean "query"? (0.json, line 10)
        /channels/wire/settings/token: the environment variable X_TOKEN is not set (0.json, line 11)
        warning: /channels/wire2/settings/secret: a secret is written out; better take it from ${NAME} or ${file:PATH} (0.json, line 15)
        /data-dir: unknown key "data-dir"; did you mean "data_dir"? (0.json, line 3)
        /dedupe/same_url: expected one of merge, keep, found "merged"; did you mean "merge"? (0.json, line 17)
        /receive/listen: expected a host and a port such as "127.0.0.1:8080", found "localhost" (0.json, line 21)
        /sinks/shelf/settings: "path" is missing: where (0.json, line 19)
        /sinks/shelf/when: not a JMESPath expression: '=' must be '==' (character 12) (0.json, line 19)

        """
}
