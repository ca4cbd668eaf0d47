internal import Earshot
internal import EarshotAdapters
internal import EarshotTesting
internal import Foundation

/// The folder that a new declared adapter starts from: it works, and every part of it is to be changed.
struct AdapterSkeleton {
    /// The adapter's name, and the folder's.
    let name: String

    /// Makes the folder; the fixture's mentions are what the declaration reads.
    func write() throws {
        let folder = URL(fileURLWithPath: name)
        let fixture = folder.appendingPathComponent("Fixtures/one-post")
        guard !FileManager.default.fileExists(atPath: name) else {
            throw Exit.saying("\(name) is there already; nothing was written", Exit.inputOutput)
        }
        let kind: AdapterKind
        do {
            kind = try BuiltInAdapters.kind(declaredBy: Array(declaration.utf8), file: "adapter.json")
        } catch {
            throw Exit.saying("\(error)", Exit.usage)
        }
        do {
            try FileManager.default.createDirectory(at: fixture, withIntermediateDirectories: true)
            try Data(declaration.utf8).write(to: folder.appendingPathComponent("adapter.json"))
            try Data(readme.utf8).write(to: folder.appendingPathComponent("README.md"))
            try Data(AdapterSkeleton.document.utf8).write(to: fixture.appendingPathComponent("document.json"))
            if let fixture = Fixture(folder: fixture) { try fixture.record(fixture.read(with: kind.make())) }
        } catch {
            throw Exit.saying("\(name): \(error.localizedDescription)", Exit.inputOutput)
        }
        StandardError.line("wrote \(name); test it with: earshot test \(name)")
    }

    private var declaration: String {
        """
        {
          "name": "\(name.split(separator: "/").last ?? "")",
          "version": "0.1",
          "about": "Posts of a source that is to be described here",
          "settings": {
            "url": { "form": "url", "default": "https://api.example.com", "about": "The source." },
            "token": { "form": "secret", "about": "What the source knows the reader by." },
            "query": { "form": "text", "about": "What is searched for." }
          },
          "ask": {
            "auth": { "bearer": "{token}" },
            "requests": {
              "search": {
                "url": "{url}/posts",
                "query": { "q": "{query}", "limit": "100" },
                "paging": { "by": "cursor", "parameter": "cursor", "next": "next_cursor" },
                "since": { "newest": "posts[0].id", "ids": "posts[].id" }
              }
            }
          },
          "tables": { "users": { "of": "users", "key": "id" } },
          "records": {
            "post": {
              "at": "posts",
              "kind": "post",
              "fields": {
                "native_id": "id",
                "url": "link",
                "text": { "html": "body" },
                "author": { "id": "user_id", "handle": "ref('users', user_id).handle" },
                "metrics": { "likes": "likes" },
                "published_at": "created_at",
                "find": ["hashtag", "mention", "url"],
                "ext": { "pinned_by": "pinned_by" }
              }
            }
          }
        }

        """
    }

    private var readme: String {
        """
        # \(name)

        ## What it hears
        Posts that a search finds.

        ## Settings
        `url`, `token`, `query`: see `adapter.json`.

        ## Field mapping
        | field | from |
        |---|---|
        | `native_id`, `url`, `text`, `published_at` | `id`, `link`, `body` (HTML), `created_at` |
        | `author` | `users`, joined by `user_id` |
        | `metrics.likes` | `likes` |

        ## What it leaves out
        Everything else that the source says.

        ## Recording a fixture
        Make a folder under `Fixtures` with a `document.json`, run `earshot test --record` on this folder, and read
        `mentions.ndjson` before you keep it.

        """
    }

    private static let document = """
        {
          "next_cursor": "2",
          "users": [{ "id": 7, "handle": "mira" }],
          "posts": [
            {
              "id": 1, "link": "https://example.com/posts/1", "user_id": 7, "likes": 3,
              "created_at": "2026-01-11T10:00:00Z", "body": "<p>Where is my bag, @acmeair? #lost</p>"
            }
          ]
        }

        """
}
