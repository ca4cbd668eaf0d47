internal import Earshot
internal import EarshotFormats

/// The fields of a comment's snippet, found in one pass.
struct YouTubeComment {
    var parentID: JSONNode
    var videoID: JSONNode
    var textOriginal: JSONNode
    var likeCount: JSONNode
    var textDisplay = Bytes.none
    var authorID = Bytes.none
    var authorName = Bytes.none
    var authorURL = Bytes.none
    var authorPicture = Bytes.none
    var publishedAt = Bytes.none
    var updatedAt = Bytes.none
    var imageURL = Bytes.none
    var channelID = Bytes.none
    var moderationStatus = Bytes.none
    var viewerRating = Bytes.none

    /// Whether only the channel's owner sees it: it waits to be looked at, looks like spam, or was rejected.
    var isHeldBack: Bool { !moderationStatus.isEmpty && !(moderationStatus == "published") }

    init(_ snippet: JSONNode) {
        let absent = snippet[-1]
        (parentID, videoID, textOriginal, likeCount) = (absent, absent, absent, absent)
        snippet.fields { key, value in set(key, value) }
    }

    @inline(__always)
    private mutating func set(_ key: Bytes, _ value: JSONNode) {
        switch key.count {
        case 7: if key == "videoId" { videoID = value }
        case 8: if key == "parentId" { parentID = value } else if key == "imageUrl" { imageURL = value.string }
        case 9:
            if key == "likeCount" {
                likeCount = value
            } else if key == "updatedAt" {
                updatedAt = value.string
            } else if key == "channelId" {
                channelID = value.string
            }
        case 11:
            if key == "textDisplay" {
                textDisplay = value.string
            } else if key == "publishedAt" {
                publishedAt = value.string
            }
        case 12:
            if key == "textOriginal" {
                textOriginal = value
            } else if key == "viewerRating" {
                viewerRating = value.string
            }
        case 15: if key == "authorChannelId" { authorID = value["value"].string }
        case 16:
            if key == "authorChannelUrl" {
                authorURL = value.string
            } else if key == "moderationStatus" {
                moderationStatus = value.string
            }
        case 17: if key == "authorDisplayName" { authorName = value.string }
        case 21: if key == "authorProfileImageUrl" { authorPicture = value.string }
        default: break
        }
    }
}
