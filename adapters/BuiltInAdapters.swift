package import Earshot

/// The adapters that this build has; discovery is this list and nothing else.
package enum BuiltInAdapters {
    /// Every adapter that is Swift, by name; `kinds` has the declared ones as well.
    package static let all: [any Adapter.Type] = [
        EmailAdapter.self,
        ExecAdapter.self,
        FacebookAdapter.self,
        InstagramAdapter.self,
        RSSAdapter.self,
        TwitterAdapter.self,
        YouTubeAdapter.self,
    ]
}
