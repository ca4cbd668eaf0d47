import Earshot
import EarshotAdapters
import EarshotTesting
import Foundation
import Logging
import Synchronization
import Testing

@testable import EarshotGateway

/// A platform and a seed.
struct ReplayWeek: Sendable, CustomTestStringConvertible {
    let platform: any ReplayPlatform
    let seed: UInt64

    var testDescription: String { "\(platform.title), week \(seed)" }

    static let all: [ReplayWeek] = {
        let rooms: [any ReplayPlatform] = [
            ReplayOfX(), ReplayOfX(listen: .mentions), ReplayOfXMessages(), ReplayOfFacebook(),
            ReplayOfFacebookMessages(), ReplayOfInstagram(),
            ReplayOfYouTube(), ReplayOfYouTubeVideos(listen: .search), ReplayOfYouTubeVideos(listen: .uploads),
            ReplayOfYouTubeVideos(listen: .activities), ReplayOfYouTubeChat(), ReplayOfHashtag(), ReplayOfFeed(),
        ]
        let declared: [any ReplayPlatform] = [
            ReplayOfMastodon(), ReplayOfBluesky(), ReplayOfReddit(), ReplayOfHackerNews(),
        ]
        return rooms.flatMap { room in [1, 2].map { ReplayWeek(platform: room, seed: $0) } }
            + declared.map { ReplayWeek(platform: $0, seed: 3) }
    }()
}

@Suite struct ReplayTests {
    @Test(arguments: ReplayWeek.all)
    func `a week of faults, kills and restarts delivers exactly what was offered`(_ week: ReplayWeek) async throws {
        let source = ReplaySource(week.platform, seed: week.seed)
        let run = try ReplayRun(source, over: source)
        try await run.liveThroughTheWeek(seed: week.seed)
        run.expectExactlyWhatWasOffered()
        run.expectThatNobodyAskedTooMuch()
    }

    @Test func `the same week over a socket delivers exactly what was offered`() async throws {
        let source = ReplaySource(ReplayOfX(), seed: 3)
        try await ReplayServer(source).serve { base in
            let client = ReplayClient(clock: source.clock)
            let settings = #"{"query":"acme air","token":"T0KEN","backfill":"5d","base_url":"\#(base)"}"#
            let run = try ReplayRun(source, over: client, settings: settings)
            try await run.liveThroughTheWeek(seed: 3)
            run.expectExactlyWhatWasOffered()
            run.expectThatNobodyAskedTooMuch()
        }
    }
}
